"""Browsers and drafts; and the clock is the database's, which dates what it records."""

from __future__ import annotations

import pytest

from tests.pages.conftest import ada, draft

__all__ = ["ada", "draft"]


@pytest.fixture(autouse=True)
def _april_2021_is_in_force():
    """Run today, whichever edition is in force: the database knows no other day."""
