"""Other figures of the statutory guidance than today's, for a test."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

TIMEFRAME = """
[[timeframe]]
first_referral = {day}
working_days = {number}

[timeframe.source]
title = "An invented guidance"
publisher = "Nobody"
published = "Never"
words = "It should take no longer than {number} working days."
"""


def write_timeframes(file: Path, figures: Mapping[date, int]) -> Path:
    """Write the file with these figures, by the first day of referral."""
    text = "".join(TIMEFRAME.format(day=day, number=each) for day, each in figures.items())
    file.write_text(text, encoding="utf-8")
    return file
