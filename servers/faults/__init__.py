"""Seeded faults: each one small lie that breaks a sentence of the contract, and nothing else."""

from __future__ import annotations

import importlib
import pkgutil


def load() -> None:
    """Import every file here: a fault registers itself."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
