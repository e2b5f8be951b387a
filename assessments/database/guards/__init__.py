"""The guards as they stand now: one `.sql` file for each function, with the triggers that use it.

They hold what a CHECK constraint cannot, because it lies between rows or between a row's old and
new state. No code of the product reads these files: migrations have their own frozen text.
`tests/database/test_guards.py` proves that the database has exactly what they say.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent
PLACEHOLDER = "{allowed_status_changes}"
INDENT = " " * 12
"""How far the placeholder is indented in its file."""


def statements(allowed_changes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the SQL of each file by the name of its function, in an order in which it can run.

    `allowed_changes` are the pairs of status before and status after that `guard_assessment`
    allows: `assessments.models.transitions.allowed_pairs()`, passed in because this package
    does not import the models.
    """
    pairs = _sql_pairs(allowed_changes)
    texts = {
        path.stem: path.read_text(encoding="utf-8").replace(PLACEHOLDER, pairs)
        for path in sorted(FOLDER.glob("*.sql"))
    }
    # A trigger may call a function in its condition, which has to exist by then.
    return dict(sorted(texts.items(), key=lambda item: "EXECUTE FUNCTION" in item[1]))


def _sql_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the pairs in SQL, those with the same status before on lines of their own."""
    by_status: dict[str, list[str]] = {}
    for before, after in pairs:
        by_status.setdefault(before, []).append(f"('{before}', '{after}')")
    lines = [
        textwrap.fill(", ".join(group), width=100, initial_indent=INDENT, subsequent_indent=INDENT)
        for group in by_status.values()
    ]
    return ",\n".join(lines).removeprefix(INDENT)
