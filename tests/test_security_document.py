"""docs/security.md goes through every requirement, and names only tests that exist."""

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
    """Requirement, level, state, by what, shown by."""
    return [tuple(match.groups()) for match in ROW.finditer(TEXT)]


@cache
def functions_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.skipif(not REQUIREMENTS.exists(), reason="the list of requirements is not here")
def test_each_requirement_that_applies_stands_in_it_once_with_its_level():
    with REQUIREMENTS.open() as file:
        asked = [(each["id"], each["level"]) for each in csv.DictReader(file)]
    assert [(requirement, level) for requirement, level, *_ in rows()] == asked


def test_each_state_is_known_and_says_by_what():
    assert len(rows()) == len({requirement for requirement, *_ in rows()}) == 146
    for requirement, _, state, how, shown in rows():
        assert state in STATES, requirement
        assert len(how) > 1, requirement
        assert shown or state != "Met", requirement


def test_every_test_that_it_names_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)
    assert len(named) > 146
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


def test_it_has_every_section_that_is_asked_for():
    sections = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    assert sections == [
        "What the data are",
        "Signing in",
        "Sessions",
        "What is encrypted and hashed",
        "What is taken in",
        "What is heavy",
        "What is written down",
        "Libraries",
        "What whoever runs it must do",
        "OWASP ASVS 5.0",
    ]
    for section in sections:
        assert len(TEXT.partition(f"\n## {section}\n")[2].partition("\n## ")[0]) > 200, section


def test_where_to_report_a_weakness_is_said():
    assert "Report a vulnerability" in Path(ROOT / "SECURITY.md").read_text()
