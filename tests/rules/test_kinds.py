"""The kinds of rule: their fields, their conditions, and that no other module names them."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from assessments.catalogue import loader
from assessments.catalogue.types import Rule, Severity
from assessments.rules import KINDS, Selection, evaluate, field_errors

APRIL_2021 = loader.edition("2021-04")
GANGS = APRIL_2021.rules_by_id["gangs-with-criminal-exploitation"]


def rule(**fields):
    return Rule(id="a-rule", severity=Severity.NOTE, message="A message.", **fields)


def test_a_rule_without_a_field_that_its_kind_needs_is_an_error():
    assert field_errors(rule(kind="at_or_over_age")) == (
        "The kind at_or_over_age needs codes.",
        "The kind at_or_over_age needs age.",
    )


def test_a_rule_with_a_field_that_its_kind_does_not_read_is_an_error():
    assert field_errors(replace(GANGS, age=18, sex="M")) == (
        "The kind with_without does not read age.",
        "The kind with_without does not read sex.",
    )


def test_an_age_of_zero_is_an_age():
    assert field_errors(rule(kind="at_or_over_age", codes=frozenset({"7A"}), age=0)) == ()


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("Add {code}.", "KeyError('code')"),
        ("Add {codes.", "ValueError(\"expected '}' before end of string\")"),
        ("Add {unlisted}.", "KeyError('unlisted')"),
    ],
)
def test_a_message_with_an_unknown_placeholder_is_an_error(message, error):
    assert field_errors(replace(GANGS, message=message)) == (
        f"Its message cannot be filled in: {error}.",
    )


def test_a_message_that_refuses_codes_has_placeholders_of_its_own():
    listed = APRIL_2021.rules_by_id["listed-codes"]
    assert field_errors(replace(listed, message="{codes}", message_doubled="{unlisted}")) == (
        "Its message cannot be filled in: KeyError('codes').",
        "Its message_doubled cannot be filled in: KeyError('unlisted').",
    )


def test_a_rule_of_an_unknown_kind_is_an_error():
    assert field_errors(rule(kind="sometimes")) == ("There is no kind 'sometimes'.",)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_says_when_it_speaks(kind):
    assert KINDS[kind].speaks.__name__ == kind
    assert KINDS[kind].speaks.__doc__


@pytest.mark.parametrize("each", APRIL_2021.rules, ids=lambda rule: rule.id)
def test_a_rule_with_codes_is_silent_unless_one_of_them_is_selected(each):
    own = each.codes.union(*each.pairs)
    others = [code for code in APRIL_2021.codes if code not in own]
    speaks = KINDS[each.kind].speaks
    spoken_of = [
        sent
        for size in range(3)
        for sent in combinations(others, size)
        if speaks(each, Selection(sent, age=18, sex="M", disabled=True), APRIL_2021)
    ]
    assert not spoken_of or not own


def test_a_rule_of_a_changed_edition_is_evaluated_as_it_now_is():
    evaluate(APRIL_2021, Selection(("13A",)))
    changed = replace(APRIL_2021, rules=(replace(GANGS, message="Changed: {codes}."),))
    assert [f.message for f in evaluate(changed, Selection(("13A",)))] == ["Changed: 13A Gangs."]


ROOT = Path(__file__).resolve().parents[2]
NAMES_THE_KINDS = {
    ROOT / "assessments/rules/kinds.py",
    # The two constants that an edition needs to answer for its own codes.
    ROOT / "assessments/catalogue/types.py",
}


def kinds_named_in(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and node.value in KINDS:
            yield node.lineno, node.value


def test_a_kind_named_in_a_program_is_found():
    source = 'if rule.kind == "stands_alone":\n    found[f"{rule.id}"] = {"only_code": 1}\n'
    assert list(kinds_named_in(source)) == [(1, "stands_alone"), (2, "only_code")]


def test_no_other_module_names_a_kind_of_rule():
    """Others ask the edition (`solitary_codes`, `described_codes`) or the kind itself."""
    modules = {
        path for part in ("assessments", "cinfactors") for path in ROOT.glob(f"{part}/**/*.py")
    }
    # The rules of the census have kinds of their own.
    modules -= {*ROOT.glob("assessments/census/**/*.py")}
    assert modules >= NAMES_THE_KINDS
    wrong = {
        (str(path.relative_to(ROOT)), line, kind)
        for path in modules - NAMES_THE_KINDS
        for line, kind in kinds_named_in(path.read_text(encoding="utf-8"))
    }
    assert wrong == set()
