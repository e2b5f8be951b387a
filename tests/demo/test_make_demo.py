"""`manage.py make_demo`, in a database."""

from __future__ import annotations

import json
import stat
from io import StringIO
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from assessments import queries, services
from assessments.models import Assessment, Child, Episode, Review, RuleAnswer, Status, Version
from assessments.presenters import history
from assessments.services.starting import NewChild, NewEpisode
from cinfactors.accounts.models import Membership, Role, Team, User

pytestmark = pytest.mark.django_db

MADE = (Team, User, Membership, Child, Episode, Assessment, RuleAnswer, Version, Review)


@pytest.fixture(autouse=True)
def _files_go_elsewhere(settings, tmp_path):
    settings.BASE_DIR = tmp_path


def make_demo(*arguments: str) -> str:
    output = StringIO()
    call_command("make_demo", *arguments, stdout=output)
    return output.getvalue()


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in MADE}


def sign_ins(accounts_file) -> list[dict[str, str]]:
    return json.loads(accounts_file.read_text())


def test_three_hundred_are_made_in_every_status(accounts_file):
    output = make_demo()
    by_status = {
        status: Assessment.objects.filter(status=status).count() for status in Status.values
    }
    assert by_status == {
        Status.DRAFT: 42,
        Status.SUBMITTED: 18,
        Status.RETURNED: 12,
        Status.AUTHORISED: 210,
        Status.REOPENED: 6,
        Status.CANCELLED: 12,
        Status.VOIDED: 0,
    }
    assert output == f"Made 300 invented assessments. Accounts: {accounts_file}\n"


def test_the_accounts_are_written_for_their_owner_alone(accounts_file):
    make_demo("--assessments=20")
    assert stat.S_IMODE(accounts_file.stat().st_mode) == 0o600
    assert [path.name for path in accounts_file.parent.iterdir()] == [accounts_file.name]
    for each in sign_ins(accounts_file):
        assert set(each) == {"username", "password", "role", "name", "team"}
        assert len(each["password"]) >= 15


def test_the_accounts_hold_each_role_in_two_teams(accounts_file):
    make_demo("--assessments=20")
    held = sign_ins(accounts_file)
    roles = [each["role"] for each in held]
    assert {role: roles.count(role) for role in Role.values} == {
        Role.SOCIAL_WORKER: 3,
        Role.TEAM_MANAGER: 2,
        Role.DATA_OFFICER: 1,
        Role.ADMINISTRATOR: 1,
    }
    for role in (Role.SOCIAL_WORKER, Role.TEAM_MANAGER):
        assert len({each["team"] for each in held if each["role"] == role}) == 2


def test_each_account_is_a_person_who_can_sign_in(accounts_file):
    make_demo("--assessments=20")
    request = RequestFactory().post("/")
    for each in sign_ins(accounts_file):
        person = authenticate(request, username=each["username"], password=each["password"])
        assert person is not None
        assert (person.role, person.name) == (each["role"], each["name"])
        assert [team.name for team in person.teams.all()] == [each["team"]] * bool(each["team"])
        assert person.is_staff == (person.role in (Role.TEAM_MANAGER, Role.ADMINISTRATOR))
        assert not person.is_superuser


def test_nobody_else_can_sign_in(accounts_file):
    make_demo("--assessments=20")
    known = [each["username"] for each in sign_ins(accounts_file)]
    others = User.objects.exclude(username__in=known)
    assert others
    assert not [person for person in others if person.has_usable_password()]


def test_passwords_differ_each_time_though_the_seed_is_the_same(accounts_file):
    make_demo("--assessments=20")
    passwords = {each["password"] for each in sign_ins(accounts_file)}
    assert len(passwords) == len(sign_ins(accounts_file))


def test_each_worker_has_something_under_every_tab(accounts_file):
    make_demo()
    for each in sign_ins(accounts_file):
        if each["role"] == Role.SOCIAL_WORKER:
            own = Assessment.objects.filter(worker__username=each["username"])
            found = queries.group_counts(own)
            assert all(found.values()), found
            assert found["authorised"] > 25


def test_nobody_has_more_than_one_hundred_and_fifty_and_no_team_more_than_eight():
    make_demo("--assessments=2000")
    for worker in User.objects.filter(role=Role.SOCIAL_WORKER):
        assert 0 < worker.assessments.count() <= 150
    for team in Team.objects.all():
        workers = team.memberships.filter(user__role=Role.SOCIAL_WORKER).count()
        managers = team.memberships.filter(user__role=Role.TEAM_MANAGER).count()
        assert 0 < workers <= 8
        assert managers == 1


def test_loaded_records_keep_the_rules_of_the_database_triggers():
    """The triggers let the owner load records unchecked, so every record is checked here."""
    make_demo()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE equals_version(a, v)), count(*)"
            " FROM assessments_assessment AS a JOIN LATERAL (SELECT * FROM assessments_version"
            " WHERE assessment_id = a.id ORDER BY number DESC LIMIT 1) AS v ON true"
            " WHERE a.status IN ('submitted', 'authorised')"
        )
        equal, locked = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM assessments_assessment AS a"
            " WHERE status NOT IN ('submitted', 'cancelled') AND status <> last_decision(id)"
        )
        assert (equal == locked > 200, cursor.fetchone()) == (True, (0,))


@time_machine.travel("2026-05-20 12:00Z", tick=False)
@pytest.mark.parametrize("status", [Status.RETURNED, Status.SUBMITTED])
def test_there_is_a_reply_to_be_read_by_the_worker_and_by_the_manager(status):
    make_demo()
    assert Assessment.objects.filter(status=status, reviews__replies__isnull=False).exists()


def test_a_submission_withdrawn_and_made_again_keeps_the_same_answers():
    make_demo()
    with_answers = 0
    for assessment in Assessment.objects.filter(status=Status.SUBMITTED):
        worker = assessment.worker
        before = assessment.versions.order_by("number").last()
        withdrawn = services.withdraw_submission(
            assessment=assessment, by=worker, version=assessment.version, key=uuid4()
        )
        services.submit(
            assessment=withdrawn,
            by=worker,
            version=withdrawn.version,
            key=uuid4(),
            unchanged_is_meant=True,
        )
        after = assessment.versions.order_by("number").last()
        assert after.number == before.number + 1
        assert after.answers == before.answers
        with_answers += bool(before.answers)
    assert with_answers


def test_a_child_and_an_assessment_can_be_added_afterwards():
    make_demo("--assessments=20")
    worker = User.objects.filter(role=Role.SOCIAL_WORKER).first()
    today = timezone.localdate()
    started = services.start_assessment(
        by=worker,
        team=worker.teams.get(),
        start_date=today,
        key=uuid4(),
        child=NewChild(
            la_child_id="AFTER1",
            given_name="Rowan",
            family_name="Example",
            sex="F",
            birth_date=today.replace(day=1, year=today.year - 5),
        ),
        episode=NewEpisode(referral_date=today, referral_source="6"),
    )
    assert started.pk > max(Assessment.objects.exclude(pk=started.pk).values_list("pk", flat=True))


def _add_child() -> None:
    Child.objects.create(la_child_id="A1", family_name="Any", birth_date="2020-01-01", sex="F")


def _add_person() -> None:
    User.objects.create(username="any", name="Any", role=Role.ADMINISTRATOR)


def _add_team() -> None:
    Team.objects.create(name="Any team")


REFUSAL = (
    "There are records already ({found}). Demo data is made in an empty database alone; "
    "nothing was changed."
)


@pytest.mark.parametrize(
    ("add", "found"),
    [(_add_child, "children"), (_add_person, "people"), (_add_team, "teams")],
)
def test_nothing_is_made_beside_anything_that_is_there(add, found, accounts_file):
    add()
    before = counts()
    with pytest.raises(CommandError) as refusal:
        make_demo()
    assert str(refusal.value) == REFUSAL.format(found=found)
    assert counts() == before
    assert not accounts_file.exists()


def test_a_second_run_is_refused_and_changes_nothing(accounts_file):
    make_demo("--assessments=20")
    before, written = counts(), accounts_file.read_text()
    with pytest.raises(CommandError) as refusal:
        make_demo("--assessments=20")
    found = "people, teams, children, episodes, assessments"
    assert str(refusal.value) == REFUSAL.format(found=found)
    assert counts() == before
    assert accounts_file.read_text() == written


def test_if_empty_leaves_existing_records_alone_and_succeeds(accounts_file):
    make_demo("--assessments=20")
    before, written = counts(), accounts_file.read_text()
    output = make_demo("--assessments=20", "--if-empty")
    assert output == "There are records already; no demo data was made.\n"
    assert counts() == before
    assert accounts_file.read_text() == written


def test_nothing_is_made_where_the_accounts_cannot_be_written(tmp_path):
    (tmp_path / "var").write_text("a file where the folder should be")
    with pytest.raises(CommandError, match=r"^The accounts could not be written to .* nothing was"):
        make_demo("--assessments=20")
    assert set(counts().values()) == {0}


def test_nothing_is_made_where_the_accounts_cannot_be_put_in_place(accounts_file):
    accounts_file.mkdir(parents=True)
    with pytest.raises(CommandError, match="nothing was made"):
        make_demo("--assessments=20")
    assert set(counts().values()) == {0}
    assert [path.name for path in accounts_file.parent.iterdir()] == [accounts_file.name]


def test_what_a_killed_run_left_is_gone_after_the_next(accounts_file):
    accounts_file.parent.mkdir()
    (accounts_file.parent / "demo-accounts.json.unfinished").write_text("half of them")
    make_demo("--assessments=20")
    assert [path.name for path in accounts_file.parent.iterdir()] == [accounts_file.name]


@pytest.mark.parametrize("number", ["0", "-5", "many"])
def test_an_invalid_number_is_refused(number):
    with pytest.raises(CommandError):
        make_demo(f"--assessments={number}")


def test_the_history_of_every_record_names_a_person_for_every_line(accounts_file):
    make_demo("--assessments=20")
    for assessment in Assessment.objects.all():
        record = queries.history_of(assessment)
        changes = record.changes(record.keys)
        starts = record.started_with(changes)
        named = history.people_and_teams_in([*changes, *starts.values()])
        days = history.days(
            changes,
            history.Names(*queries.names_of(*named)),
            around=changes,
            starts=starts,
            version_numbers={},
            redated=(),
        )
        events = [event for day in days for event in day.events]
        assert {event.program for event in events} == {"the demo records"}
        assert all(event.who for event in events)
        actions = [event.action for event in events]
        assert actions[-2:] == ["recorded the referral", "recorded the child"]
        assert "started the assessment" in actions
