"""What comes out of a run: one writer a file, each a pure function of `model.Run`.

Whatever a server says is hostile here: control characters, markup and terminal escapes are made
visible (`text.visible`) before a person's program may interpret them.
"""
