"""Reads settings from environment variables; what is wrong is refused with what to do about it.

Each raises ImproperlyConfigured.
"""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured


def required(name: str, how: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {how}")
    return value


def switch(name: str, default: str) -> bool:
    value = os.environ.get(name, default).strip().lower()
    if value not in {"on", "off"}:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to on or off.")
    return value == "on"


def number(name: str, default: str, *, least: int, most: int) -> int:
    value = os.environ.get(name, default).strip()
    # Its length first: Python reads no number of thousands of digits.
    is_number = value.isascii() and value.isdigit() and len(value) < 20
    if not is_number or not least <= int(value) <= most:
        raise ImproperlyConfigured(
            f"{name} is {value!r}. Set it to a whole number from {least} to {most}."
        )
    return int(value)


def choice(name: str, default: str, *allowed: str) -> str:
    value = os.environ.get(name, default).strip().upper()
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to {' or '.join(allowed)}.")
    return value


def words(name: str, default: str, *allowed: str) -> frozenset[str]:
    """Return the words of a list with commas between, each one of those allowed, or "none"."""
    value = os.environ.get(name, "").strip().lower() or default
    chosen = {} if value == "none" else {each.strip() for each in value.split(",")}
    if not set(allowed).issuperset(chosen):
        raise ImproperlyConfigured(
            f"{name} is {value!r}. Set it to none, or to some of {', '.join(allowed)}, with commas "
            "between."
        )
    return frozenset(chosen)


def names(value: str) -> list[str]:
    return [name.strip() for name in value.split(",") if name.strip()]
