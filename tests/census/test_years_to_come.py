"""A drill: the census of 2027-28, with an invented rule, is data alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assessments.catalogue.errors import CatalogueError
from assessments.census import years as census_years
from assessments.census.rules import loader
from tests.census.cases import FACTORS
from tests.census.returns import findings_of, return_of, tag

YEAR = """
[[set]]
name = "reasons_for_closure"
first_year = "2027-28"
codes = ["RC1", "RC2", "RC3", "RC4", "RC5", "RC6", "RC7", "RC8", "RC9", "RC10"]
"""
RULE = """
[[rule]]
number = "9999"
severity = "query"
level = "assessment"
kind = "code_used"
needs = "factors"
first_year = "2027-28"
message = "Code 3B is used, which is to be two codes."
mend = "Choose one of the two."
settings.field = "factors"
settings.codes = ["3B"]
"""


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    rules = tmp_path / "rules"
    rules.mkdir()
    for path in loader.FOLDER.glob("*.toml"):
        shutil.copy(path, rules)
    text = (census_years.FOLDER / "years.toml").read_text()
    text = text.replace('last = "2026-27"', 'last = "2027-28"')
    (tmp_path / "years.toml").write_text(text + YEAR)
    with (rules / "assessments.toml").open("a") as file:
        file.write(RULE)
    return {"years_folder": tmp_path, "rules_folder": rules}


def rules_found(year: str, folders: dict[str, Path], *edits) -> set[str]:
    return {each.rule for each in findings_of(return_of(year, edits), **folders)}


def test_the_invented_rule_holds_from_its_year_on(folders: dict[str, Path]):
    assert rules_found("2027-28", folders) == {"9999"}
    assert rules_found("2026-27", folders) == set()
    assert rules_found("2027-28", folders, (FACTORS, tag("AssessmentFactors", "4B"))) == set()


def test_every_rule_of_2026_27_holds_on(folders: dict[str, Path]):
    before = {rule.number for rule in loader.rules_of("2026-27", folders["rules_folder"])}
    after = {rule.number for rule in loader.rules_of("2027-28", folders["rules_folder"])}
    assert after == before | {"9999"}


def test_a_new_code_is_known_from_its_year_on(folders: dict[str, Path]):
    known = census_years.years(folders["years_folder"])
    assert "RC10" in known["2027-28"].sets["reasons_for_closure"]
    assert "RC10" not in known["2026-27"].sets["reasons_for_closure"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "code_used"', 'kind = "guessed"', "there is no kind guessed"),
        ('settings.codes = ["3B"]', "", "needs 'codes'"),
        ('severity = "query"', 'severity = "hint"', "severity must be one of error, query"),
        ('first_year = "2027-28"', 'first_year = "2027-29"', "must be a census year"),
        ('first_year = "2027-28"', 'frist_year = "2027-28"', "unknown key frist_year"),
    ],
)
def test_a_slip_in_a_rule_is_refused_with_its_place(
    folders: dict[str, Path], old: str, new: str, said: str
):
    path = folders["rules_folder"] / "assessments.toml"
    text = path.read_text()
    before, number, after = text.rpartition('number = "9999"')
    assert old in after
    path.write_text(before + number + after.replace(old, new))
    with pytest.raises(CatalogueError, match="rule 9999") as error:
        rules_found("2027-28", folders)
    assert said in str(error.value)
