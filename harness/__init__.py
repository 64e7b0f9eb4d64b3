"""How it is found out whether a live server keeps its published contract."""

__version__ = "0.1.0"
