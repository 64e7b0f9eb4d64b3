"""Two runs held against each other: what is new, what is gone, and what cannot be told.

`python -m harness.compare OLD NEW` reads two run.json. A finding that the new run could not have
reached is never called gone.
"""
