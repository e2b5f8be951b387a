"""docs/security.md lists every requirement that applies, and names only tests that exist."""

from __future__ import annotations

import ast
import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.programs import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text()
REQUIREMENTS = ROOT.parent / "shared" / "security" / "asvs-5.0-applicable.csv"
STATES = ("Met", "Open", "Deployment")
ROW = re.compile(r"^\| (v5\.0\.0-[\d.]+) \| (\d) \| (\w+) \| (.+) \| (.*) \|$", re.MULTILINE)


def rows() -> list[tuple[str, ...]]:
    """Return requirement, level, state, how it is met and the tests that show it."""
    return [tuple(match.groups()) for match in ROW.finditer(TEXT)]


@cache
def functions_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.skipif(not REQUIREMENTS.exists(), reason="the list of requirements is not here")
def test_it_lists_each_requirement_that_applies_once_with_its_level():
    with REQUIREMENTS.open() as file:
        applicable = [(each["id"], each["level"]) for each in csv.DictReader(file)]
    assert [(requirement, level) for requirement, level, *_ in rows()] == applicable


def test_each_requirement_is_one_row_of_the_table():
    """No row is passed over because it is written in another way, and none is there twice."""
    section = TEXT.partition("\n## OWASP ASVS 5.0\n")[2]
    written = [line for line in section.splitlines() if line.startswith("| v5.0.0-")]
    assert written
    assert len(rows()) == len(written)
    assert len({requirement for requirement, *_ in rows()}) == len(written)


def test_each_row_has_a_known_state_and_says_by_what_it_is_met():
    for requirement, _, state, how, shown in rows():
        assert state in STATES, requirement
        assert len(how) > 1, requirement
        assert shown or state != "Met", requirement


def test_every_test_that_it_names_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)
    assert named
    # Whatever looks like a test is written so that it is found above.
    assert len(named) == TEXT.count("::test_")
    missing = [f"{file}::{test}" for file, test in named if not (ROOT / file).exists()]
    missing += [
        f"{file}::{test}"
        for file, test in named
        if (ROOT / file).exists() and test not in functions_of(file)
    ]
    assert missing == []


def test_every_file_that_it_names_exists():
    named = set(re.findall(r"`((?:assessments|cinfactors|docs|deploy|templates)/[\w/.]+)`", TEXT))
    assert named
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_its_count_of_each_state_and_level_is_right():
    count = Counter((state, level) for _, level, state, *_ in rows())
    for state in STATES:
        numbers = " | ".join(str(count[state, level]) for level in "123")
        assert f"\n| {state} | {numbers} |\n" in TEXT


def test_it_has_every_section():
    sections = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    assert sections == [
        "What the data are",
        "Signing in",
        "Sessions",
        "What is encrypted and hashed",
        "Restricted records",
        "What is taken in",
        "What is heavy",
        "What is written down",
        "Libraries",
        "What whoever runs it must do",
        "OWASP ASVS 5.0",
    ]
    for section in sections:
        assert len(TEXT.partition(f"\n## {section}\n")[2].partition("\n## ")[0]) > 200, section


def test_the_security_policy_says_where_to_report_a_vulnerability():
    assert "Report a vulnerability" in Path(ROOT / "SECURITY.md").read_text()
