"""`make lock`: pin the dependencies of pyproject.toml again, with hashes, for every platform."""

from __future__ import annotations

import subprocess
import sys
import venv

from cinfactors.dev.install import BASE_DIR, say

UV = "uv==0.13.9"
TOOLS = BASE_DIR / "var" / "lock-venv"
COMMAND = [
    str(TOOLS / "bin" / "uv"),
    "pip",
    "compile",
    "--quiet",
    "--upgrade",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "pyproject.toml",
]
FILES = {
    "requirements.txt": [],
    "requirements-dev.txt": ["--group=dev", "--constraints=requirements.txt"],
}


def main() -> None:
    # In an environment of its own: uv is not among the packages that it pins.
    if not (TOOLS / "bin" / "uv").exists():
        say("Installing uv in var/lock-venv")
        venv.create(TOOLS, with_pip=True, clear=True)
        pip = [TOOLS / "bin" / "python", "-m", "pip", "install", "--quiet", UV]
        subprocess.run(pip, check=True)
    for name, options in FILES.items():
        say(f"Writing {name}")
        done = subprocess.run(
            [*COMMAND, *options, f"--output-file={name}"], cwd=BASE_DIR, stdout=subprocess.DEVNULL
        )
        if done.returncode:
            sys.exit(f"{name} could not be resolved; uv says why above.")


if __name__ == "__main__":
    main()
