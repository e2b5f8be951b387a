"""The bill of materials names every library that is served, and nothing that is not pinned."""

from __future__ import annotations

import re
from importlib import metadata

from cinfactors.dev import sbom


def pinned() -> dict[str, str]:
    return {each["name"]: each["version"] for each in sbom.from_python()}


def test_every_installed_requirement_of_the_product_is_in_it():
    needed = {
        re.match(r"[\w.-]+", each)[0].lower().replace("_", "-")
        for name in ("django", "django-allauth", "gunicorn", "psycopg", "whitenoise")
        for each in [name, *(metadata.requires(name) or [])]
        if "extra ==" not in each and "sys_platform" not in each and "python_version" not in each
    }
    assert needed <= pinned().keys()
    assert pinned()["django"] == metadata.version("django")


def test_every_entry_has_a_version_and_a_hash_of_its_release():
    entries = [*sbom.from_python(), *sbom.from_npm()]
    assert len(entries) > 30
    for entry in entries:
        assert re.fullmatch(r"pkg:(pypi|npm)/\S+@\d\S*", entry["purl"])
        assert entry["hashes"]
        lengths = {"SHA-256": 64, "SHA-512": 128, "SHA-1": 40}
        for each in entry["hashes"]:
            assert re.fullmatch("[0-9a-f]+", each["content"])
            assert len(each["content"]) == lengths[each["alg"]]


def test_the_design_system_is_in_it():
    assert "govuk-frontend" in {each["name"] for each in sbom.from_npm()}
