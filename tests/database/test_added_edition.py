"""An edition is added as the catalogue's README says: a folder, and a migration by command."""

from __future__ import annotations

import re
import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

import assessments
from assessments import services
from assessments.catalogue import loader
from assessments.catalogue.checksum import text_checksum
from assessments.catalogue.errors import NoEditionInForce
from assessments.checks import catalogue_is_consistent, migrations_hold_the_catalogue
from assessments.database.code_constraints import statements
from assessments.models import Assessment
from conftest import as_role
from tests import people as make
from tests.people import People, make_people

BEFORE, AFTER = "2027-03-31 12:00 +0000", "2027-04-01 12:00 +0000"

NEW_FACTOR = """
[[factor]]
number = "25"
name = "Invented harm"
page = 15
blocks = [
  "**The invented harm factor should be recorded where it was invented for a test.**",
]

[[factor.codes]]
code = "25A"
domain = "family"
words = "where it was invented for a test"
"""
NEW_SYNONYMS = '25 = ["invented", "made up", "fictional", "imagined", "pretended"]\n'


def change(path: Path, *replacements: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in replacements:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def add_edition(folder: Path, *, recordable: bool = True) -> Path:
    """Copy the editions and add one from April 2027, step by step as the README has it."""
    shutil.copytree(loader.EDITIONS_FOLDER, folder)
    newest = folder / list(loader.editions())[-1]
    new = folder / "2027-04"
    shutil.copytree(newest, new)
    change(
        newest / "edition.toml",
        ("in_force_from = 2021-04-01\n", "in_force_from = 2021-04-01\nin_force_to = 2027-03-31\n"),
    )
    change(
        new / "edition.toml",
        ('id = "2021-04"', 'id = "2027-04"'),
        ('\ntitle = "April 2021"', '\ntitle = "April 2027"'),
        ("in_force_from = 2021-04-01", "in_force_from = 2027-04-01"),
    )
    if not recordable:
        change(new / "edition.toml", ("recordable = true", "recordable = false"))
    factors = new / "factors.toml"
    change(factors, ('name = "Gangs"', 'name = "Gangs and groups"'))
    factors.write_text(factors.read_text(encoding="utf-8") + NEW_FACTOR, encoding="utf-8")
    synonyms = new / "synonyms.toml"
    synonyms.write_text(synonyms.read_text(encoding="utf-8") + NEW_SYNONYMS, encoding="utf-8")
    checksum = text_checksum(loader.editions(folder)["2027-04"])
    declared = new / "edition.toml"
    text = re.sub(r'checksum = "\w+"', f'checksum = "{checksum}"', declared.read_text())
    declared.write_text(text, encoding="utf-8")
    loader._editions.cache_clear()
    return folder


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The catalogue has the new edition; the database does not know it yet."""
    monkeypatch.setattr(loader, "EDITIONS_FOLDER", add_edition(tmp_path / "editions"))
    yield
    loader._editions.cache_clear()


def run_as_owner(*sql: str) -> None:
    with as_role(settings.OWNER_ROLE), transaction.atomic(), connection.cursor() as cursor:
        for statement in sql:
            cursor.execute(statement)


@pytest.fixture
def migrated(transactional_db, added) -> Iterator[People]:
    """The database too, by the statements of the migration that the command writes."""
    before = statements(loader._editions(Path(loader.__file__).parent / "editions").values())
    run_as_owner(*statements(loader.editions().values()))
    yield make_people()
    with (
        as_role(settings.CLEANING_ROLE, options="-c session_replication_role=replica"),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE assessments_assessment CASCADE")
    run_as_owner(*before)


def test_the_added_edition_is_without_fault(added):
    assert catalogue_is_consistent() == []
    assert list(loader.editions())[-1] == "2027-04"
    assert set(loader.edition("2027-04").codes) - set(loader.edition("2021-04").codes) == {"25A"}


def test_the_check_asks_for_the_migration_and_the_command_writes_it(
    added, db, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    assert [fault.id for fault in migrations_hold_the_catalogue()] == ["assessments.E022"]
    (tmp_path / "migrations").mkdir()
    monkeypatch.setattr(assessments, "__file__", str(tmp_path / "__init__.py"))
    call_command("makeeditionmigration")
    [written] = (tmp_path / "migrations").iterdir()
    assert re.fullmatch(r"\d{4}_codes_2027_04\.py", written.name)
    assert written.name in capsys.readouterr().out
    made = runpy.run_path(str(written))
    assert made["STATEMENTS"] == statements(loader.editions().values())
    assert made["Migration"].dependencies[0][0] == "assessments"


@pytest.mark.django_db(transaction=True)
def test_the_new_code_is_recorded_from_the_day_the_edition_is_in_force(migrated: People):
    with time_machine.travel(AFTER, tick=False):
        saved = make.record(make.start(migrated.ada), "25A", "4B")
        sent = make.submit(saved, "4B", "25A")
    sent.refresh_from_db()
    assert (sent.edition, sent.codes) == ("2027-04", ["4B", "25A"])
    assert sent.versions.get().edition == "2027-04"


@pytest.mark.django_db(transaction=True)
def test_the_new_code_is_refused_before_that_day(migrated: People):
    with time_machine.travel(BEFORE, tick=False):
        draft = make.start(migrated.ada)
        assert draft.edition == "2021-04"
        with pytest.raises(services.SelectionRefused) as refused:
            make.record(draft, "25A")
    assert [finding.rule.id for finding in refused.value.findings] == ["listed-codes"]


@pytest.mark.django_db(transaction=True)
def test_the_database_accepts_the_new_code_under_the_new_edition_alone(migrated: People):
    draft = make.start(migrated.ada)
    for edition in loader.editions():
        values = {"edition": edition, "codes": ["25A"], "version": draft.version + 1}
        if edition == "2027-04":
            assert Assessment.objects.filter(pk=draft.pk).update(**values) == 1
        else:
            with (
                pytest.raises(DatabaseError, match="codes_are_of_the_edition"),
                transaction.atomic(),
            ):
                Assessment.objects.filter(pk=draft.pk).update(**values)


@pytest.mark.django_db(transaction=True)
def test_what_stands_alone_does_so_under_the_new_edition_too(migrated: People):
    with time_machine.travel(AFTER, tick=False):
        draft = make.start(migrated.ada)
        with pytest.raises(services.SelectionRefused):
            make.record(draft, "21", "25A")
        with pytest.raises(DatabaseError, match="no_factors_identified_stands_alone"):
            Assessment.objects.filter(pk=draft.pk).update(
                edition="2027-04", codes=["21", "25A"], version=2
            )


@pytest.mark.django_db(transaction=True)
def test_a_draft_moves_to_the_new_edition_and_an_ended_record_keeps_its_wording(migrated: People):
    people = migrated
    with time_machine.travel(BEFORE, tick=False):
        old = make.authorise(make.submit(make.start(people.ada), "13A"), people.mo)
        draft = make.record(make.start(people.ada, "EX2"), "13A")
    with time_machine.travel(AFTER, tick=False):
        client = Client()
        client.force_login(people.ada)
        page = client.get(f"/assessments/{old.reference}/").content.decode()
        assert "13A Gangs\n" in page or "13A Gangs<" in page
        assert "Gangs and groups" not in page
        assert "April 2021" in page
        page = client.get(f"/assessments/{draft.reference}/factors/").content.decode()
        assert "Gangs and groups" in page
        assert "Invented harm" in page
        moved = make.submit(draft, "13A", "25A")
    old.refresh_from_db()
    assert (old.edition, old.versions.get().edition) == ("2021-04", "2021-04")
    assert moved.edition == "2027-04"


def test_nothing_is_recorded_under_an_edition_that_is_not_recordable(
    db, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    people = make_people()
    draft = make.start(people.ada)
    folder = add_edition(tmp_path / "editions", recordable=False)
    monkeypatch.setattr(loader, "EDITIONS_FOLDER", folder)
    with time_machine.travel(AFTER, tick=False):
        with pytest.raises(NoEditionInForce):
            make.record(draft, "4B")
        with pytest.raises(NoEditionInForce):
            make.start(people.ada, "EX2")
    assert Assessment.objects.get().codes == []
