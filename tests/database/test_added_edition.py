"""An edition is added as the catalogue's README says: a folder, and a migration by command."""

from __future__ import annotations

import re
import runpy
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

import assessments
from assessments import services
from assessments.catalogue import loader
from assessments.catalogue.checksum import text_checksum
from assessments.catalogue.errors import NoEditionInForce
from assessments.catalogue.types import code_order
from assessments.checks import catalogue_is_consistent, migrations_hold_the_catalogue
from assessments.database.code_constraints import statements
from assessments.models import Assessment, Status
from cinfactors.accounts.models import User
from conftest import as_role
from tests import people as make
from tests.pages.page import read, words
from tests.people import People, make_people

NEWEST = list(loader.editions().values())[-1]
FIRST_DAY = date(max(NEWEST.in_force_from, timezone.localdate()).year + 1, 4, 1)
LAST_DAY_BEFORE = FIRST_DAY - timedelta(days=1)
NEW = f"{FIRST_DAY:%Y-%m}"
"""The id of the edition that is added; no edition that is here has it."""
BEFORE, AFTER = f"{LAST_DAY_BEFORE} 12:00 +0000", f"{FIRST_DAY} 12:00 +0000"

NEW_FACTOR = str(max(int(factor.number) for factor in NEWEST.factors) + 1)
NEW_CODE = f"{NEW_FACTOR}A"
ALONE = min(NEWEST.solitary_codes, key=code_order)
KEPT = next(
    code for code in NEWEST.codes if code not in NEWEST.solitary_codes | NEWEST.described_codes
)
"""A code of both editions; its factor has another name in the new one."""
NOT_ALONE = next(
    code
    for code in NEWEST.codes
    if code not in NEWEST.solitary_codes | NEWEST.described_codes | {KEPT}
)
"""Another code of both editions."""
RENAMED = NEWEST.factor_of(KEPT)
NEW_NAME = f"{RENAMED.name} by another name"

FACTOR = f"""
[[factor]]
number = "{NEW_FACTOR}"
name = "Invented harm"
page = 15
blocks = [
  "**The invented harm factor should be recorded where it was invented for a test.**",
  "What was invented for a test is seldom invented alone.",
]

[[factor.codes]]
code = "{NEW_CODE}"
short = "Invented harm"
domain = "{NEWEST.domains[-1].id}"
words = "where it was invented for a test"
"""
SYNONYMS = f'{NEW_FACTOR} = ["invented", "made up", "fictional", "imagined", "pretended"]\n'
RULE = f"""
[[rule]]
id = "invented-alone"
kind = "with_without"
severity = "consider"
message = "{{codes}} is seldom found alone. Consider {{adds}}."
codes = ["{NEW_CODE}"]
without = ["{KEPT}"]
adds = ["{KEPT}"]

[[rule.quotation]]
words = "What was invented for a test is seldom invented alone."
where = "{NEW_CODE} Invented harm, page 15"
"""


def change(path: Path, *replacements: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in replacements:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def append(path: Path, text: str) -> None:
    path.write_text(f"{path.read_text(encoding='utf-8').rstrip()}\n{text}", encoding="utf-8")


def add_edition(folder: Path, *, recordable: bool = True) -> Path:
    """Copy the editions and add one, step by step as the README has it."""
    shutil.copytree(loader.EDITIONS_FOLDER, folder)
    newest, new = folder / NEWEST.id, folder / NEW
    shutil.copytree(newest, new)
    first_day = f"in_force_from = {NEWEST.in_force_from}\n"
    change(newest / "edition.toml", (first_day, f"{first_day}in_force_to = {LAST_DAY_BEFORE}\n"))
    change(
        new / "edition.toml",
        (f'id = "{NEWEST.id}"', f'id = "{NEW}"'),
        (f'\ntitle = "{NEWEST.title}"', f'\ntitle = "{FIRST_DAY:%B %Y}"'),
        (first_day, f"in_force_from = {FIRST_DAY}\n"),
    )
    if not recordable:
        change(new / "edition.toml", ("recordable = true", "recordable = false"))
    name = f'number = "{RENAMED.number}"\nname = "'
    change(
        new / "factors.toml",
        (f'{name}{RENAMED.name}"', f'{name}{NEW_NAME}"'),
    )
    append(new / "factors.toml", FACTOR)
    append(new / "synonyms.toml", SYNONYMS)
    append(new / "rules.toml", RULE)
    change(
        new / "edition.toml",
        (f'"{NEWEST.checksum}"', f'"{text_checksum(loader.editions(folder)[NEW])}"'),
    )
    loader._editions.cache_clear()
    return folder


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The catalogue has the new edition; the database does not know it yet."""
    monkeypatch.setattr(loader, "EDITIONS_FOLDER", add_edition(tmp_path / "editions"))
    yield
    loader._editions.cache_clear()


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(client: Client, address: str) -> str:
    """Return the words of a page."""
    response = client.get(address)
    assert response.status_code == 200
    return words(read(response).text)


def submit(assessment: Assessment) -> Assessment:
    return services.submit(
        assessment=assessment,
        by=assessment.worker,
        version=assessment.version,
        key=uuid.uuid4(),
    )


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
    assert list(loader.editions())[-1] == NEW
    assert set(loader.edition(NEW).codes) - set(loader.edition(NEWEST.id).codes) == {NEW_CODE}


def test_the_check_asks_for_the_migration_and_the_command_writes_it(
    added, db, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    assert [fault.id for fault in migrations_hold_the_catalogue()] == ["assessments.E022"]
    (tmp_path / "migrations").mkdir()
    monkeypatch.setattr(assessments, "__file__", str(tmp_path / "__init__.py"))
    call_command("makeeditionmigration")
    [written] = (tmp_path / "migrations").iterdir()
    assert re.fullmatch(rf"\d{{4}}_codes_{FIRST_DAY:%Y_%m}\.py", written.name)
    assert written.name in capsys.readouterr().out
    made = runpy.run_path(str(written))
    assert made["STATEMENTS"] == statements(loader.editions().values())
    assert made["Migration"].dependencies[0][0] == "assessments"


@pytest.mark.django_db(transaction=True)
def test_the_new_code_is_recorded_answered_submitted_authorised_and_read(migrated: People):
    people = migrated
    with time_machine.travel(AFTER, tick=False):
        ada, mo = signed_in(people.ada), signed_in(people.mo)
        draft = make.set_outcome(make.record(make.start(people.ada), NEW_CODE))
        address = f"/assessments/{draft.reference}/"
        with pytest.raises(services.SubmissionRefused) as refused:
            submit(draft)
        assert [each.rule.id for each in refused.value.findings] == ["invented-alone"]
        question = f"{NEW_CODE} Invented harm is seldom found alone. Consider {KEPT} {NEW_NAME}"
        assert question in text_of(ada, f"{address}check/")

        sent = submit(make.answer_all(draft))
        assert f"{NEW_CODE} Invented harm" in text_of(
            mo, f"/admin/assessments/assessment/{draft.reference}/change/"
        )
        done = make.authorise(sent, people.mo)
        page = text_of(ada, address)
    version = done.versions.get()
    assert (done.edition, done.codes, done.status) == (NEW, [NEW_CODE], Status.AUTHORISED)
    assert (version.edition, version.codes, version.end_date) == (NEW, [NEW_CODE], FIRST_DAY)
    assert [(each["rule"], each["kind"]) for each in version.answers] == [
        ("invented-alone", "considered")
    ]
    assert f"{NEW_CODE} Invented harm" in page
    assert f"{FIRST_DAY:%B %Y}" in page


@pytest.mark.django_db(transaction=True)
def test_the_new_code_is_refused_before_that_day(migrated: People):
    with time_machine.travel(BEFORE, tick=False):
        draft = make.start(migrated.ada)
        assert draft.edition == NEWEST.id
        refused = make.save(draft, codes=(NEW_CODE,))
    assert [finding.rule.kind for finding in refused.findings] == ["only_listed"]


@pytest.mark.django_db(transaction=True)
def test_the_database_accepts_the_new_code_under_the_new_edition_alone(migrated: People):
    draft = make.start(migrated.ada)
    for edition, known in loader.editions().items():
        values = {"edition": edition, "codes": [NEW_CODE], "version": draft.version + 1}
        values["saved_at"] = datetime.combine(known.in_force_from, time(12), tzinfo=UTC)
        if edition == NEW:
            assert Assessment.objects.filter(pk=draft.pk).update(**values) == 1
        else:
            with (
                pytest.raises(DatabaseError, match="codes_are_of_the_edition"),
                transaction.atomic(),
            ):
                Assessment.objects.filter(pk=draft.pk).update(**values)


@pytest.mark.django_db(transaction=True)
def test_the_database_holds_records_to_the_new_edition_from_its_first_day(migrated: People):
    draft = make.start(migrated.ada)
    for day, edition in ((LAST_DAY_BEFORE, NEWEST.id), (FIRST_DAY, NEW)):
        saved_at = datetime.combine(day, time(12), tzinfo=UTC)
        for other in loader.editions():
            point = transaction.atomic()
            values = {"edition": other, "codes": [KEPT], "version": draft.version + 1}
            row = Assessment.objects.filter(pk=draft.pk)
            if other == edition:
                with point:
                    assert row.update(saved_at=saved_at, **values) == 1
                    transaction.set_rollback(True)
            else:
                refused = pytest.raises(DatabaseError, match="recorded_under_the_edition_in_force")
                with refused, point:
                    row.update(saved_at=saved_at, **values)


@pytest.mark.django_db(transaction=True)
def test_an_amendment_stays_under_the_edition_of_its_end(migrated: People):
    people = migrated
    with time_machine.travel(BEFORE, tick=False):
        done = make.authorise(make.submit(make.start(people.ada), KEPT), people.mo)
    with time_machine.travel(AFTER, tick=False):
        again = make.reopen(done, people.mo)
        page = text_of(signed_in(people.ada), f"/assessments/{again.reference}/factors/")
        assert "Invented harm" not in page
        refused = make.save(again, codes=(NEW_CODE,))
        assert [finding.rule.kind for finding in refused.findings] == ["only_listed"]
        sent = make.submit(again, KEPT, NOT_ALONE)
        amended = make.authorise(sent, people.mo)
    assert (amended.edition, amended.end_date) == (NEWEST.id, LAST_DAY_BEFORE)
    assert {each.edition for each in amended.versions.all()} == {NEWEST.id}


@pytest.mark.django_db(transaction=True)
def test_an_end_before_the_new_edition_is_judged_under_the_one_before(migrated: People):
    people = migrated
    with time_machine.travel(AFTER, tick=False):
        sent = make.submit(make.start(people.ada, referred=LAST_DAY_BEFORE), KEPT)
        assert sent.edition == NEW
        done = make.authorise(sent, people.mo, LAST_DAY_BEFORE)
        assert (done.edition, done.versions.get().edition) == (NEWEST.id, NEWEST.id)
        new = make.submit(make.start(people.ada, "EX2", referred=LAST_DAY_BEFORE), NEW_CODE)
        with pytest.raises(services.SubmissionRefused) as refused:
            make.authorise(new, people.mo, LAST_DAY_BEFORE)
    assert "only_listed" in {finding.rule.kind for finding in refused.value.findings}


@pytest.mark.django_db(transaction=True)
def test_what_stands_alone_does_so_under_the_new_edition_too(migrated: People):
    with time_machine.travel(AFTER, tick=False):
        draft = make.start(migrated.ada)
        refused = make.save(draft, codes=(ALONE, NEW_CODE))
        assert [finding.rule.kind for finding in refused.findings] == ["stands_alone"]
        with pytest.raises(DatabaseError, match="no_factors_identified_stands_alone"):
            Assessment.objects.filter(pk=draft.pk).update(
                edition=NEW, codes=[ALONE, NEW_CODE], version=2
            )


@pytest.mark.django_db(transaction=True)
def test_a_draft_moves_to_the_new_edition_and_an_ended_record_keeps_its_wording(migrated: People):
    people = migrated
    with time_machine.travel(BEFORE, tick=False):
        old = make.authorise(make.submit(make.start(people.ada), KEPT), people.mo)
        draft = make.record(make.start(people.ada, "EX2"), KEPT)
    with time_machine.travel(AFTER, tick=False):
        ada = signed_in(people.ada)
        page = text_of(ada, f"/assessments/{old.reference}/")
        assert f"{KEPT} {NEWEST.name_of(KEPT)}" in page
        assert NEW_NAME not in page
        assert NEWEST.title in page
        page = text_of(ada, f"/assessments/{draft.reference}/factors/")
        assert NEW_NAME in page
        assert "Invented harm" in page
        assert "Invented harm" in text_of(ada, "/guidance/")
        moved = make.submit(draft, KEPT, NEW_CODE)
    old.refresh_from_db()
    assert (old.edition, old.versions.get().edition) == (NEWEST.id, NEWEST.id)
    assert moved.edition == NEW


def test_nothing_is_recorded_under_an_edition_that_is_not_recordable(
    db, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    people = make_people()
    draft = make.start(people.ada)
    folder = add_edition(tmp_path / "editions", recordable=False)
    monkeypatch.setattr(loader, "EDITIONS_FOLDER", folder)
    with time_machine.travel(AFTER, tick=False):
        with pytest.raises(NoEditionInForce):
            make.record(draft, KEPT)
        with pytest.raises(NoEditionInForce):
            make.start(people.ada, "EX2")
    assert Assessment.objects.get().codes == []
