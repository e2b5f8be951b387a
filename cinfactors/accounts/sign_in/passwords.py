"""Long passwords that are guessed first all the same.

Django's list of 20,000 from breaches holds few of 15 characters or more. Those that are broken
at this length are nearly all made of the two things that are refused here.
"""

from __future__ import annotations

import secrets

from django.core.exceptions import ValidationError

ROWS = (
    *("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz"),
    *("1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p"),
)
RUNS = tuple(row[::step] * 2 for row in ROWS for step in (1, -1))
SHORTEST_RUN = 4


class StretchedPasswordValidator:
    """Refuses what is one piece over and over, or nothing but runs along the keyboard."""

    def validate(self, password, user=None):
        text = "".join(password.lower().split())
        if repeats(text) or runs_alone(text):
            raise ValidationError("This password is too common.", code="password_too_common")

    def get_help_text(self):
        return "Your password can’t be one piece over and over, or keys that stand in a row."


def repeats(text: str) -> bool:
    """Whether it is its own beginning again and again, the last time perhaps cut off."""
    return any(text[length:] == text[:-length] for length in range(1, len(text) // 2 + 1))


def runs_alone(text: str) -> bool:
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


# Without those that are taken for each other when read aloud or from paper.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def random_password() -> str:
    """Twenty letters and digits in groups of four: 100 bits, and fit to be read out."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(5))
