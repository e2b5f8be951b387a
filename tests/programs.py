"""Run the product as an operator does: in its own process, with only the given variables."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

PRODUCTION = {
    "SECRET_KEY": "k3Jq-8sVw0xZ2nRt5uYb7cLm9pAe1fGhI4oDzXvTqWnSaQ6rBtHyUmKdE0",
    "ALLOWED_HOSTS": "factors.exampleshire.gov.uk",
    "DATABASE_URL": "postgresql://cinfactors_app:secret@database.invalid:5432/cinfactors",
}


def python(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in PRODUCTION.items() if key != name}
