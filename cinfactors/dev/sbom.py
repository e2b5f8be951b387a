"""The software bill of materials, written by `make check`: every library in production.

CycloneDX 1.6, in var/sbom.cdx.json, from the two files that pin what is installed.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cinfactors.dev.install import BASE_DIR

OUT = BASE_DIR / "var" / "sbom.cdx.json"
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def from_python(folder: Path = BASE_DIR) -> Iterator[dict[str, Any]]:
    """Yield what requirements.txt pins; each hash of a release is that of one of its files."""
    text = (folder / "requirements.txt").read_text()
    pins = list(PIN.finditer(text))
    for pin, after in zip(pins, [*pins[1:], None], strict=True):
        name, version = pin.groups()
        hashes = HASH.findall(text[pin.end() : after.start() if after else len(text)])
        yield _component("pypi", name.lower(), version, [("SHA-256", each) for each in hashes])


def from_npm(folder: Path = BASE_DIR) -> Iterator[dict[str, Any]]:
    """Yield what package-lock.json pins."""
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    for path, package in packages.items():
        if path:
            name = path.rpartition("node_modules/")[2]
            kind, _, digest = package["integrity"].partition("-")
            hexadecimal = base64.b64decode(digest).hex()
            algorithm = kind.upper().replace("SHA", "SHA-")
            yield _component("npm", name, package["version"], [(algorithm, hexadecimal)])


def _component(registry: str, name: str, version: str, hashes: list) -> dict[str, Any]:
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": f"pkg:{registry}/{name.replace('@', '%40')}@{version}",
        "hashes": [{"alg": algorithm, "content": content} for algorithm, content in hashes],
    }


def main() -> None:
    components = sorted([*from_python(), *from_npm()], key=lambda each: each["purl"])
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(bill, indent=1) + "\n")


if __name__ == "__main__":
    main()
