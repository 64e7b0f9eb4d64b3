"""Known deviations that are tolerated for a while: read, applied, judged unused, written.

A waiver file is a YAML list of entries:

    - clause: send.any-text
      operation: createItem
      match: {place: body /text, kind: NUL, status: 5xx}   # or `fingerprint: …`; `*` matches all
      reason: fixed in the next release
      owner: jane
      link: https://tracker.example/42                     # required where it never expires
      expires: 2026-12-31                                  # the last day it holds, or `never`
      profile: gate                                        # optional: holds for this profile only
      writes: notes                                        # optional: for this write policy only
      at-most: 2                                           # optional, intermittent findings only
"""

from harness.waivers.applying import Applied, apply, unused
from harness.waivers.errors import WaiverError
from harness.waivers.loading import load
from harness.waivers.writing import Terms, header_of, write

__all__ = ["Applied", "Terms", "WaiverError", "apply", "header_of", "load", "unused", "write"]
