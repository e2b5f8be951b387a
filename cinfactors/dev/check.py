"""`make check`: format, lint, imports, types, Django's checks and the bill of materials."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cinfactors.dev.install import BASE_DIR, say

PYTHON = sys.executable
DJANGOFMT = str(Path(sys.executable).with_name("djangofmt"))
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"

CHECKS = {
    "Format": [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."],
    "Lint": [PYTHON, "-m", "ruff", "check", "--quiet", "."],
    "Format of templates": [DJANGOFMT, "--check", "templates"],
    "Lint of templates": [DJANGOFMT, "check", "templates"],
    # It has a command and no module that `python -m` could run.
    "Imports": [PYTHON, "-c", LINT_IMPORTS, "--no-cache", "--no-logo"],
    "Types": [PYTHON, "-m", "mypy", "--no-error-summary"],
    "Django and the catalogue": [PYTHON, "-m", "manage", "check", "--fail-level", "WARNING"],
    "Bill of materials": [PYTHON, "-m", "cinfactors.dev.sbom"],
    "Missing migrations": [
        PYTHON,
        "-m",
        "manage",
        "makemigrations",
        "--check",
        "--dry-run",
        "--verbosity",
        "1",
    ],
}


def main() -> None:
    """Run all of them in parallel, then exit with 1 if any failed."""
    failed = []
    with ThreadPoolExecutor() as pool:
        for name, done in zip(CHECKS, pool.map(_run, CHECKS.values()), strict=True):
            say(name)
            if done.returncode:
                print(done.stdout, end="", flush=True)
                failed.append(name)
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}")


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


if __name__ == "__main__":
    main()
