"""A made-up login for `make staging`: `python -m deploy.login FILE`, which a second run keeps."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.provision import envfile


def main(path: Path, environ: Mapping[str, str]) -> int:
    """Writes what Compose and `make provision` read; the words of the password are Libredesk's."""
    url = f"http://127.0.0.1:{environ.get('STAGING_PORT') or 9000}"
    there = envfile.read(path) if path.exists() else {}
    # Libredesk wants one of each: upper and lower case, a digit, another character
    password = there.get("STAGING_PASSWORD") or f"Aa1-{secrets.token_hex(16)}"
    variables = {
        "LIBREDESK_URL": url, "LIBREDESK_ADMIN_EMAIL": "System",
        "LIBREDESK_ADMIN_PASSWORD": password, "STAGING_PASSWORD": password,
        "STAGING_KEY": there.get("STAGING_KEY") or secrets.token_hex(16),
    }  # fmt: skip
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        envfile.write(path, variables)
    except OSError as error:
        print(f"staging: cannot write {path}: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), os.environ))
