"""`make check`: what needs no test to be found wrong."""

from __future__ import annotations

import os
import subprocess
import sys

from cinfactors.make.install import BASE_DIR, say

CHECKS = {
    "Format": ["ruff", "format", "--check", "--quiet", "."],
    "Lint": ["ruff", "check", "--quiet", "."],
    "Types": ["mypy", "--no-error-summary"],
    "Django and the catalogue": ["manage", "check", "--fail-level", "WARNING"],
    "Bill of materials": ["cinfactors.make.sbom"],
    "Missing migrations": ["manage", "makemigrations", "--check", "--dry-run", "--verbosity", "1"],
}


def main() -> None:
    """Run all of them, then exit with 1 if any failed."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    failed = []
    for name, command in CHECKS.items():
        say(name)
        done = subprocess.run([sys.executable, "-m", *command], cwd=BASE_DIR, env=environment)
        if done.returncode:
            failed.append(name)
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
