"""What a run is told: command line > environment > `[tool.contract]` in pyproject.toml.

`add_options` tells pytest of the options, `given` reads what stood on the command line, `resolve`
puts all sources together and reports every mistake at once, `lacking` and `unmatched` check what
depends on the contract.
"""

from harness.settings.late import clashing, lacking, unknown_references, unmatched
from harness.settings.model import Secret, Settings, SettingsError
from harness.settings.options import BY_NAME, OPTIONS, add_options, given, spoken
from harness.settings.remote import is_loopback
from harness.settings.resolving import read_pyproject, resolve, understood

__all__ = [
    "BY_NAME", "OPTIONS", "Secret", "Settings", "SettingsError", "add_options", "clashing", "given",
    "is_loopback", "lacking", "read_pyproject", "resolve", "spoken", "understood",
    "unknown_references", "unmatched",
]  # fmt: skip
