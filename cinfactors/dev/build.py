"""`make build`: what a web server needs beside its settings: packages, styles and scripts."""

from __future__ import annotations

import os
import subprocess
import sys

from cinfactors.dev import assets
from cinfactors.dev.install import BASE_DIR, InstallError, say

PLACEHOLDERS = {
    "SECRET_KEY": "none",
    "ALLOWED_HOSTS": "localhost",
    "DATABASE_URL": "postgresql://none/none",
}
"""They let the settings be read; nothing of them is kept."""


def main() -> None:
    try:
        assets.build()
    except InstallError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)
    say("Collecting and compressing static files")
    sys.exit(collect())


def collect() -> int:
    """Put the files where the web server finds them. Return the command's exit code.

    Each has a hash of its content in its name. Those of earlier versions stay: a server that runs
    meanwhile, and the pages that people have open, go on with them.
    """
    command = ["manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    environ = {"PATH": os.defpath} | PLACEHOLDERS
    return subprocess.run([sys.executable, *command], cwd=BASE_DIR, env=environ).returncode


if __name__ == "__main__":
    main()
