"""Variants: odd implementations of the contract that keep every sentence of it."""

from __future__ import annotations

import importlib
import pkgutil


def load() -> None:
    """Import every file here: a variant registers itself."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
