"""Codes with their names, as every page and message writes them."""

from __future__ import annotations

from collections.abc import Iterable

from assessments.catalogue.types import Edition, code_order

UNLISTED = "not a code of this edition"


def code_with_name(edition: Edition, code: str) -> str:
    """Return for example "3A Domestic Abuse, the child"."""
    return f"{code} {edition.name_of(code) if code in edition.codes else UNLISTED}"


def listed(edition: Edition, codes: Iterable[str]) -> str:
    """Return the codes with their names, in the guide's order: "3A …; 13A …; 24A …"."""
    return "; ".join(_in_order(edition, codes))


def in_a_sentence(edition: Edition, codes: Iterable[str]) -> str:
    """Return the same for a sentence: "13A … and 24A …", "3A …; 13A …; and 24A …"."""
    names = _in_order(edition, codes)
    if len(names) > 2:
        return f"{'; '.join(names[:-1])}; and {names[-1]}"
    return " and ".join(names)


def _in_order(edition: Edition, codes: Iterable[str]) -> list[str]:
    return [code_with_name(edition, code) for code in sorted(set(codes), key=code_order)]
