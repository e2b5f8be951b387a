"""`manage.py check` reports what is wrong with the catalogue."""

from __future__ import annotations

import pytest
from django.core.checks import Error, run_checks

from assessments import checks, rules
from assessments.catalogue import loader

HINT = "The catalogue's README says how an edition is made."


def catalogue_errors() -> list[tuple[str, str]]:
    return [(error.id, error.msg) for error in run_checks(tags=["catalogue"])]


def test_the_catalogue_is_sound():
    assert run_checks(tags=["catalogue"]) == []


def test_the_migrations_hold_the_catalogue():
    assert run_checks(tags=["migrations"]) == []


def test_an_edition_that_cannot_be_read_is_an_error(change):
    change("2021-04/edition.toml", 'title = "April 2021"', "")
    assert run_checks(tags=["catalogue"]) == [
        Error("2021-04/edition.toml: title is missing", hint=HINT, id="assessments.E001")
    ]
    assert checks.migrations_hold_the_catalogue() == []


def test_an_unknown_kind_is_an_error(change):
    change("2021-04/rules.toml", 'kind = "some_selected"', 'kind = "some_thing"')
    assert catalogue_errors() == [
        ("assessments.E010", "2021-04: rule some-factor is of no known kind: some_thing")
    ]


def test_a_field_that_the_kind_does_not_read_is_an_error(change):
    change("2021-04/rules.toml", 'kind = "some_selected"', 'kind = "some_selected"\nage = 18')
    assert catalogue_errors() == [
        (
            "assessments.E021",
            "2021-04: rule some-factor: The kind some_selected does not read age.",
        )
    ]


def test_editions_in_force_at_once_are_an_error(change):
    change("2020-04/edition.toml", "in_force_to = 2021-03-31", "in_force_to = 2021-04-30")
    assert catalogue_errors() == [
        ("assessments.E014", "2020-04 and 2021-04 are both in force on some days")
    ]


def test_changed_text_is_an_error(change):
    change("2021-04/sections.toml", "requiring the skills", "needing the skills")
    assert [id for id, _ in catalogue_errors()] == ["assessments.E007"]


def test_every_edition_is_checked(change):
    change("2016-04/factors.toml", 'code = "18A"', 'code = "18D"')
    assert [(id, msg[:8]) for id, msg in catalogue_errors()] == [("assessments.E007", "2016-04:")]


def test_a_code_that_no_migration_knows_is_an_error(change):
    change("2021-04/factors.toml", 'code = "24A"', 'code = "24B"')
    assert [error.id for error in run_checks(tags=["migrations"])] == ["assessments.E022"]


@pytest.mark.parametrize("id", loader.editions())
def test_every_rule_fits_its_kind(id):
    assert [error for rule in loader.edition(id).rules for error in rules.field_errors(rule)] == []
