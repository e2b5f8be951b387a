"""Passwords that are long and easy to guess all the same, and random ones.

Django's list of 20,000 common passwords has few of 15 characters or more. The broken passwords
of that length are nearly all made in one of the two ways that are refused here.
"""

from __future__ import annotations

import secrets

from django.core.exceptions import ValidationError

KEYBOARD_ROWS = (
    *("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz"),
    *("1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p"),
)
RUNS = tuple(row[::step] * 2 for row in KEYBOARD_ROWS for step in (1, -1))
SHORTEST_RUN = 4


class StretchedPasswordValidator:
    """Refuse what is one piece repeated, or nothing but runs along the keyboard."""

    def validate(self, password: str, user: object = None) -> None:
        text = "".join(password.lower().split())
        if is_repetition(text) or is_only_runs(text):
            raise ValidationError("This password is too common.", code="password_too_common")

    def get_help_text(self) -> str:
        return "Your password can’t be one piece over and over, or keys that stand in a row."


def is_repetition(text: str) -> bool:
    """Whether the text is one piece repeated, the last time perhaps cut off."""
    return any(text[length:] == text[:-length] for length in range(1, len(text) // 2 + 1))


def is_only_runs(text: str) -> bool:
    place = 0
    while place < len(text):
        length = max(
            (end for end in range(SHORTEST_RUN, 27) if is_run(text[place : place + end], end)),
            default=0,
        )
        if not length:
            return False
        place += length
    return True


def is_run(piece: str, length: int) -> bool:
    return len(piece) == length and any(piece in run for run in RUNS)


# Without characters that look or sound like others, on paper or read aloud.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def random_password() -> str:
    """Return twenty letters and digits in groups of four: 100 bits, easy to read aloud."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(5))
