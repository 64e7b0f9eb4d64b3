"""Composition root: what `pytest` in this folder is made of."""

pytest_plugins = ["harness.plugin"]
