"""A return of the case system that a data officer sends: judged, compared, filled."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_tasks_db.management.commands import db_worker

from assessments.models import CensusCheck, CensusTask, CensusTaskPart
from assessments.pages.census import uploading
from assessments.services.returns import heard, look_after_tasks, parts, tasks
from cinfactors.accounts.models import User
from cinfactors.audit.models import Reading
from cinfactors.web import request_bodies
from tests import people as make
from tests.pages.page import problems, read
from tests.people import People
from tests.services.test_merging_returns import (
    _may,
    assessment,
    child,
    completed,
    theirs,
    wrapper,
)
from tests.snapshot import unchanged

__all__ = ["_may"]

PAGE = "/census/return/"
KINDS = ["judge", "reconcile", "merge"]


@pytest.fixture(autouse=True)
def _unheard(monkeypatch):
    """What a test has not committed is not there for the thread that says how far a task is.

    And the worker, which is a process of its own otherwise, keeps the test's connection.
    """
    monkeypatch.setattr(heard, "EVERY", 3600)
    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)


@pytest.fixture
def dee(people: People, browser_of) -> Client:
    return browser_of(people.dee)


def may_export_restricted(person: User) -> None:
    person.exports_restricted = True
    person.save()


def send(client: Client, content: bytes, action: str = "reconcile", **fields):
    file = SimpleUploadedFile("EX1001 Maya.xml", content, "text/xml")
    return client.post(PAGE, {"action": action, "file": file, **fields})


def work() -> None:
    call_command("run_tasks", batch=True, verbosity=0, startup_delay=False)


def done(client: Client, content: bytes, action: str = "reconcile", **fields) -> str:
    """Send it, have it done, and return the page's address."""
    response = send(client, content, action, **fields)
    assert response.status_code == 302, problems(response)
    work()
    return response["Location"]


def text(response) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").main.get_text(" ").split())


def rows(client: Client, address: str) -> list[dict[str, str]]:
    response = client.post(f"{address}table/")
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return [*csv.DictReader(io.StringIO(content))]


def test_a_return_is_compared_with_what_is_recorded_here(people: People, dee: Client):
    mine = completed(people, "3B")
    address = done(dee, theirs(child(assessment(wrapper("4B"))), child(id="THEIRS1")))
    page = dee.get(address)
    assert "Comparison with a return, 2025-26" in text(page)
    assert "2 children and 2 assessments in the return, 1 of them recorded here" in text(page)
    assert "Different factors" in text(dee.get(f"{address}?kind=factors"))
    different = dee.get(f"{address}?kind=factors").content.decode()
    assert "Started 2 Jun 2025, authorised 14 Jul 2025" in " ".join(different.split())
    assert f"/assessments/{mine.reference}/" in different
    assert [(row["kind"], row["child_id"]) for row in rows(dee, address)] == [
        ("There, not here", "THEIRS1"),
        ("Different factors", "EX1001"),
    ]


def test_no_difference_is_said(people: People, dee: Client):
    completed(people, "3B")
    address = done(dee, theirs(child(assessment(wrapper("3B")))))
    assert "No differences" in text(dee.get(address))
    assert dee.post(f"{address}table/").status_code == 404


def test_our_factors_are_put_into_a_return_and_it_is_given_back(people: People, dee: Client):
    completed(people, "3B", "4B")
    sent = theirs(child(assessment("")))
    address = done(dee, sent, "merge")
    assert "1 assessment filled" in text(dee.get(address))
    response = dee.post(f"{address}file/")
    assert response["Content-Disposition"] == (
        'attachment; filename="census-2025-26-with-our-factors.xml"'
    )
    assert response["Cache-Control"] == "no-store"
    made = b"".join(response.streaming_content)
    assert made.replace(wrapper("3B", "4B").replace("\n", "\r\n").encode(), b"") != made
    assert b"<AssessmentFactors>3B</AssessmentFactors>" in made


@pytest.mark.parametrize(("fields", "codes"), [({}, "4B"), ({"replacing": "on"}, "3B")])
def test_what_differs_is_replaced_only_when_asked(people: People, dee: Client, fields, codes):
    completed(people, "3B")
    address = done(dee, theirs(child(assessment(wrapper("4B")))), "merge", **fields)
    made = b"".join(dee.post(f"{address}file/").streaming_content)
    assert f"<AssessmentFactors>{codes}</AssessmentFactors>".encode() in made


def test_a_return_is_judged_by_itself(people: People, dee: Client):
    address = done(dee, theirs(child(assessment(wrapper("21", "3B")))), "judge")
    page = text(dee.get(f"{address}?kind=error"))
    assert "8869" in page
    assert "Check of a return, 2025-26" in page
    assert "mend it in the case system" in page
    assert {row["rule"] for row in rows(dee, address)} >= {"8869"}
    assert not Reading.objects.filter(page="reconcile").exists()


def test_a_long_list_has_pages(people: People, dee: Client):
    many = [child(id=f"THEIRS{number}") for number in range(120)]
    address = done(dee, theirs(*many))
    assert "THEIRS49" in text(dee.get(address))
    assert "THEIRS50" not in text(dee.get(address))
    assert "THEIRS119" in text(dee.get(f"{address}?page=3"))
    assert len(rows(dee, address)) == 120


def test_a_rule_that_finds_something_everywhere_does_not_hide_the_others(people, dee: Client):
    without_upn = [child(assessment(wrapper("3B")), id=f"THEIRS{n}") for n in range(60)]
    address = done(dee, theirs(*without_upn, child(assessment(""), id="BLANK1")), "judge")
    page = text(dee.get(f"{address}?kind=query"))
    assert "8770 (61)" in page
    assert "BLANK1" in page  # by 8897, whose one finding stands before them
    alone = text(dee.get(f"{address}?kind=query&rule=8770&page=2"))
    assert "THEIRS59" in alone
    assert "There are no factors" not in alone
    assert dee.get(f"{address}?kind=query&rule=1").status_code == 404
    found = rows(dee, address)
    assert len([row for row in found if row["rule"] == "8770"]) == 61


@pytest.mark.parametrize("kind", ["x", "dates", "error"])
def test_a_kind_that_was_not_found_is_no_page(people: People, dee: Client, kind: str):
    address = done(dee, theirs(child()))
    assert dee.get(f"{address}?kind={kind}").status_code == 404


# What is refused


@pytest.mark.parametrize("action", KINDS)
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"not xml", "it is not XML that can be read"),
        (b"<!DOCTYPE Message [<!ENTITY a 'b'>]><Message/>", "DOCTYPE"),
        (theirs(child()).replace(b"<Year>2026", b"<Year>soon"), "does not say the year"),
        (theirs(child())[:-40], "not well-formed"),
    ],
)
def test_what_is_no_return_is_refused_whole_with_its_line(
    people: People, dee: Client, action: str, content: bytes, why: str
):
    completed(people, "3B")
    address = done(dee, content, action)
    page = text(dee.get(address))
    assert "The file was refused: " in page
    assert why in page
    assert dee.post(f"{address}file/").status_code == 404
    assert not CensusTaskPart.objects.exists()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"action": "", "file": SimpleUploadedFile("a.xml", b"x")}, "Select what to do"),
        ({"action": "drop", "file": SimpleUploadedFile("a.xml", b"x")}, "Select what to do"),
        ({"action": "merge"}, "Select the return that your case system made"),
        ({"action": "merge", "file": SimpleUploadedFile("a.xml", b"")}, "The file is empty"),
        ({"action": "merge", "file": "text"}, "Select the return that your case system made"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(people, dee: Client, fields, problem: str):
    response = dee.post(PAGE, fields)
    assert response.status_code == 422
    assert problems(response)[0].startswith(problem)
    assert not CensusTask.objects.exists()


def test_what_was_chosen_stays_where_the_file_is_missing(people: People, dee: Client):
    response = dee.post(PAGE, {"action": "merge", "replacing": "on"})
    page = BeautifulSoup(response.content, "html.parser")
    assert page.select_one("input[value=merge]").has_attr("checked")
    assert page.select_one("input[name=replacing]").has_attr("checked")


def test_a_file_that_is_too_large_is_refused_with_the_limit(people, dee: Client, monkeypatch):
    monkeypatch.setattr(uploading, "MOST_BYTES", 3 * 1024 * 1024)
    response = send(dee, b"x" * (4 * 1024 * 1024), "merge")
    assert response.status_code == 422
    assert problems(response) == [uploading.TOO_LARGE]
    assert not CensusTask.objects.exists()


def test_a_body_that_is_far_too_large_is_not_read(people: People, dee: Client, monkeypatch):
    monkeypatch.setattr(uploading, "MOST_WITH_FILES", 1000)
    response = send(dee, b"x" * 2000)
    assert response.status_code == 413
    assert problems(response) == [uploading.TOO_LARGE]


def test_two_files_are_a_bad_request(people: People, dee: Client):
    files = [SimpleUploadedFile("a.xml", b"x"), SimpleUploadedFile("b.xml", b"y")]
    assert dee.post(PAGE, {"action": "judge", "file": files}).status_code == 400
    assert not CensusTask.objects.exists()


def test_a_file_in_another_field_is_a_bad_request(people: People, dee: Client):
    response = dee.post(PAGE, {"action": "judge", "other": SimpleUploadedFile("a.xml", b"x")})
    assert response.status_code == 400
    assert not CensusTask.objects.exists()


@pytest.mark.parametrize("address", ["/census/export/", "/census/"])
def test_no_other_page_takes_a_file(people: People, dee: Client, address: str):
    file = SimpleUploadedFile("a.xml", b"x" * 100)
    assert dee.post(address, {"file": file}).status_code == 400


def test_the_page_of_a_social_worker_takes_no_file(people: People, browser_of):
    file = SimpleUploadedFile("a.xml", b"x" * 100)
    assert browser_of(people.ada).post("/assessments/start/", {"file": file}).status_code == 400


def test_a_post_of_another_page_leaves_nothing(people: People, browser_of):
    client = browser_of(people.dee, enforce_csrf_checks=True)
    with unchanged("accounts_session"):
        assert send(client, theirs(child())).status_code == 403


def test_a_return_sent_after_the_sign_in_ended_leads_to_signing_in_and_back(
    people: People, browser_of
):
    client = browser_of(people.dee)
    page = BeautifulSoup(client.get(PAGE).content, "html.parser")
    owner = page.select_one("input[name=typed_by]")["value"]
    client.cookies.pop("session")
    large = b"x" * (2 * request_bodies.MOST)
    response = send(client, large, "merge", replacing="on", typed_by=owner)
    assert response.status_code == 303
    assert response["Location"].startswith("/account/sign-in/?next=/census/return/")
    assert not CensusTask.objects.exists()
    client.force_login(people.dee)
    again = client.get(PAGE)
    assert "You were signed out before the return was sent" in text(again)
    assert not problems(again)
    shown = BeautifulSoup(again.content, "html.parser")
    assert shown.select_one("input[value=merge]").has_attr("checked")
    assert "You were signed out" not in text(client.get(PAGE))


def test_a_large_body_is_read_to_its_end_where_files_are_taken(settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    length = request_bodies.MOST + request_bodies.CHUNK
    body = io.BytesIO(b"x" * length)
    response = Client().post(
        PAGE,
        content_type="text/plain",
        **{"wsgi.input": body, "CONTENT_LENGTH": str(length)},
    )
    assert response.status_code == 303
    assert body.tell() == length


# Who may


@pytest.mark.parametrize("name", ["ada", "mo", "abe"])
def test_nobody_but_data_officers_sends_a_return(people: People, browser_of, name: str):
    client = browser_of(getattr(people, name))
    with unchanged("accounts_session"):
        assert client.get(PAGE).status_code == 404
        assert send(client, theirs(child())).status_code == 404


def test_a_task_is_for_who_asked_for_it_alone(people: People, dee: Client, browser_of):
    completed(people, "3B")
    address = done(dee, theirs(child(assessment(""))), "merge")
    other = make.make_person("Otto Officer", role=people.dee.role)
    for person in (other, people.mo, people.ada, people.abe):
        client = browser_of(person)
        assert client.get(address).status_code == 404
        for what in ("file", "table", "stop"):
            assert client.post(f"{address}{what}/").status_code == 404
    people.dee.is_active = False
    people.dee.save()
    assert dee.get(address).status_code != 200


@pytest.mark.parametrize("action", KINDS)
def test_who_is_no_data_officer_any_more_is_refused_when_it_is_done(
    people: People, dee: Client, action: str
):
    address = send(dee, theirs(child()), action)["Location"]
    people.dee.role = people.ada.role
    people.dee.save()
    work()
    task = CensusTask.objects.get()
    assert task.status == "refused"
    assert not CensusTaskPart.objects.exists()
    assert dee.get(address).status_code == 404


@pytest.mark.parametrize("action", ["reconcile", "merge"])
def test_with_restricted_records_nothing_is_done_without_the_permission(
    people: People, dee: Client, action: str
):
    make.restrict(completed(people, "3B"), people.mo)
    address = done(dee, theirs(child()), action)
    assert "Restricted records stand in this return" in text(dee.get(address))
    assert not CensusTaskPart.objects.exists()


@pytest.mark.parametrize("action", ["reconcile", "merge"])
def test_a_return_of_another_authority_is_refused_with_both_numbers(
    people: People, dee: Client, action: str
):
    completed(people, "3B")
    other = theirs(child()).replace(b"<LEA>330</LEA>", b"<LEA>331</LEA>")
    page = text(dee.get(done(dee, other, action)))
    assert "This return is of authority 331, and this service is of authority 330" in page
    assert not CensusTaskPart.objects.exists()


@pytest.mark.parametrize(("action", "hidden"), [("reconcile", 1), ("merge", 1)])
def test_restricted_records_are_counted_and_not_listed(
    people: People, dee: Client, action: str, hidden: int
):
    make.restrict(completed(people, "3B"), people.mo)
    may_export_restricted(people.dee)
    address = done(dee, theirs(child(assessment(""))), action)
    page = text(dee.get(address))
    assert f"{hidden} more in restricted records: ask a manager who is named" in page
    assert "EX1001" not in page
    assert Reading.objects.filter(person_id=people.dee.pk, page=action, restricted=True).exists()


def test_a_file_with_restricted_records_needs_the_permission_to_be_taken_away(
    people: People, dee: Client
):
    make.restrict(completed(people, "3B"), people.mo)
    may_export_restricted(people.dee)
    address = done(dee, theirs(child(assessment(""))), "merge")
    assert dee.post(f"{address}file/").status_code == 200
    people.dee.exports_restricted = False
    people.dee.save()
    assert "you may not export them" in text(dee.get(address))
    assert dee.post(f"{address}file/").status_code == 404


@pytest.mark.parametrize("action", ["reconcile", "merge"])
def test_what_was_found_is_not_shown_once_a_record_of_it_was_restricted(
    people: People, dee: Client, action: str
):
    mine = completed(people, "3B")
    completed(people, "3B", la_child_id="EX1002")
    address = done(dee, theirs(child(assessment(""))), action)
    assert "EX1001" in text(dee.get(address)) + text(dee.get(f"{address}?kind=blank_there"))
    make.restrict(mine, people.mo)
    page = text(dee.get(address))
    assert "Records were restricted since this was made" in page
    assert "EX1002" not in page
    assert "1 child" not in page
    assert "1 child" not in text(dee.get(address, headers={"Sec-Fetch-Dest": "empty"}))
    assert dee.post(f"{address}table/")["Location"] == address
    mine.episode.child.named_people.create(
        person=people.dee, named_by=people.mo, named_at=timezone.now()
    )
    assert "EX1001" in text(dee.get(address)) + text(dee.get(f"{address}?kind=blank_there"))


def test_what_was_restricted_before_hides_nothing_else(people: People, dee: Client):
    make.restrict(completed(people, "3B"), people.mo)
    completed(people, "3B", la_child_id="EX1002")
    may_export_restricted(people.dee)
    address = done(dee, theirs(child(id="THEIRS1")))
    assert "EX1002" in text(dee.get(f"{address}?kind=here_not_there"))


@pytest.mark.parametrize("action", ["reconcile", "merge"])
def test_a_file_does_not_tell_which_of_its_ids_are_restricted_in_another_year(
    people: People, dee: Client, action: str
):
    earlier = make.start(people.ada, "EX1001", referred=date(2026, 5, 11))
    make.restrict(earlier, people.mo)
    address = done(dee, theirs(child(id="EX1001"), child(id="NOBODY1")), action)
    page = read(dee.get(address))
    listed = [" ".join(row.text.split()) for row in page.select("tbody tr")]
    assert len(listed) == 2
    assert listed[0].replace("EX1001", "NOBODY1").replace("Child 1", "Child 2") == listed[1]
    assert "restricted" not in page.main.text
    assert not page.select("tbody a")
    found = rows(dee, address)
    assert [row.pop("child_id") for row in found] == ["EX1001", "NOBODY1"]
    for row in found:
        row.pop("child_number", None)
    assert found[0] == found[1]


def test_what_is_listed_is_recorded_as_read(people: People, dee: Client):
    mine = completed(people, "3B")
    address = done(dee, theirs(child(assessment(wrapper("4B")))))
    dee.get(address)
    read = Reading.objects.filter(page="reconcile", children__isnull=False).latest("pk")
    assert read.children == [mine.episode.child_id]
    before = Reading.objects.count()
    rows(dee, address)
    assert Reading.objects.latest("pk").children == [mine.episode.child_id]
    assert Reading.objects.latest("pk").page == "download"
    assert Reading.objects.count() == before + 1


def test_a_table_of_many_children_leaves_the_pages_open(people: People, dee: Client, settings):
    for number in range(4):
        completed(people, "3B", la_child_id=f"EX200{number}")
    address = done(dee, theirs(child(id="THEIRS1")))
    settings.READINGS_PER_HOUR = 3
    assert dee.get(f"{address}?kind=here_not_there").status_code == 429
    assert len(rows(dee, address)) == 5
    other = completed(people, "3B", la_child_id="EX2004")
    assert dee.get(f"/assessments/{other.reference}/").status_code == 200


def test_what_the_script_fetches_each_second_shows_nobody(people: People, dee: Client, large):
    mine = completed(people, "3B")
    mine.episode.primary_need = ""
    mine.episode.save()
    dee.post("/census/", {"year": "2025-26"})
    work()
    assert "EX1001" in text(dee.get("/census/?year=2025-26"))
    dee.post("/census/", {"year": "2025-26"})
    address = done(dee, theirs(child(assessment(wrapper("4B")))))
    send(dee, theirs(child()))
    CensusTask.objects.filter(kind="check").update(status="waiting", ended_at=None)
    before = Reading.objects.count()
    script = {"Sec-Fetch-Dest": "empty"}
    page = dee.get("/census/?year=2025-26", headers=script).content.decode()
    assert "2025-26 is being checked" in page
    assert "data-reload-until-over" in page
    over = dee.get(address, headers=script).content.decode()
    assert "data-reload-until-over" not in over
    assert "EX1001" not in page + over
    CensusTask.objects.filter(kind="check").delete()
    assert not dee.get("/census/?year=2025-26", headers=script).content.strip()
    assert Reading.objects.count() == before


def test_a_file_is_not_given_once_a_child_of_its_year_was_restricted(people: People, dee: Client):
    mine = completed(people, "3B")
    address = done(dee, theirs(child(assessment(""))), "merge")
    make.restrict(mine, people.mo)
    assert "you may not export them" in text(dee.get(address))
    assert dee.post(f"{address}file/").status_code == 404
    may_export_restricted(people.dee)
    assert dee.post(f"{address}file/").status_code == 200
    read = Reading.objects.get(person_id=people.dee.pk, child_id=mine.episode.child_id)
    assert (read.page, read.restricted) == ("merge", True)


# What is kept, and for how long


def test_what_is_deleted_while_it_is_sent_does_not_pass_for_the_whole(
    people: People, dee: Client, monkeypatch
):
    monkeypatch.setattr(parts, "PART", 100)
    completed(people, "3B")
    address = done(dee, theirs(child(assessment(""))), "merge")
    sent = iter(dee.post(f"{address}file/").streaming_content)
    next(sent)
    CensusTask.objects.all().delete()
    with pytest.raises(parts.PartMissing):
        b"".join(sent)


def test_a_person_has_only_so_much_kept_at_once(people: People, dee: Client, large, monkeypatch):
    completed(people, "3B")
    monkeypatch.setattr(tasks, "MOST_PARTS", 2)
    done(dee, theirs(child()), "judge")
    done(dee, theirs(child(assessment(""))), "merge")
    send(dee, theirs(child()), "judge")
    with unchanged("accounts_session"):
        response = send(dee, theirs(child()), "judge")
        export = dee.post("/census/export/", {"year": "2025-26", "format": "xml"})
    assert response.status_code == export.status_code == 422
    assert problems(response)[0].startswith("You have asked for as much as is kept")
    assert problems(export) == problems(response)
    assert BeautifulSoup(response.content, "html.parser").select_one("input[value=judge][checked]")
    work()
    assert send(dee, theirs(child()), "judge").status_code == 302


def test_a_person_has_only_so_much_under_way(people: People, dee: Client, monkeypatch):
    monkeypatch.setattr(tasks, "MOST_UNDER_WAY", 2)
    assert send(dee, theirs(child()), "judge").status_code == 302
    address = send(dee, theirs(child()), "judge")["Location"]
    assert send(dee, theirs(child()), "judge").status_code == 422
    dee.post(f"{address}stop/")
    assert send(dee, theirs(child()), "judge").status_code == 302


def test_a_text_of_a_file_turns_no_other_text_around(people: People, dee: Client):
    address = done(dee, theirs(child(id="EX\u202e1001")), "reconcile")
    assert "EX?1001" in text(dee.get(address))
    assert [row["child_id"] for row in rows(dee, address)] == ["EX?1001"]


def test_a_long_id_is_not_repeated_whole_in_each_row(people: People, dee: Client):
    address = done(dee, theirs(*(child(id="X" * 100_000) for _ in range(2))), "judge")
    found = rows(dee, address)
    assert {row["child_id"] for row in found if row["child_id"]} == {"X" * 999 + "…"}
    assert max(len(cell) for row in found for cell in row.values()) <= 1000


def test_what_is_sent_is_encrypted_and_gone_once_it_is_done(people: People, dee: Client):
    completed(people, "3B")
    send(dee, theirs(child(assessment(""))), "merge")
    (part,) = CensusTaskPart.objects.all()
    assert b"EX1001" not in bytes(part.content)
    assert b"Maya" not in bytes(part.content)
    assert CensusTask.objects.get().request_id
    work()
    assert {each.name for each in CensusTaskPart.objects.all()} == {"file 1", "filled 1"}
    assert not any(b"EX1001" in bytes(each.content) for each in CensusTaskPart.objects.all())


def test_no_part_can_stand_in_anothers_place(people: People, dee: Client):
    send(dee, theirs(child(id="FIRST")), "judge")
    send(dee, theirs(child(id="SECOND")), "judge")
    first, second = CensusTaskPart.objects.order_by("pk")
    first.content = second.content
    first.save()
    work()
    statuses = [*CensusTask.objects.order_by("pk").values_list("status", flat=True)]
    assert statuses == ["refused", "done"]


def test_what_cannot_be_decrypted_any_more_is_to_be_sent_again(people, dee: Client, settings):
    """As after the service's key was changed without keeping the old one."""
    completed(people, "3B")
    judged = done(dee, theirs(child(assessment(wrapper("21", "3B")))), "judge")
    filled = done(dee, theirs(child(assessment(""))), "merge")
    waiting = send(dee, theirs(child()), "merge")["Location"]
    CensusTaskPart.objects.update(content=b"of another key")
    for address in (judged, filled):
        page = text(dee.get(address))
        assert "What came of it can no longer be read" in page
        assert "Download" not in page
        for what in ("table", "file"):
            response = dee.post(f"{address}{what}/")
            assert response.status_code == 404 or response["Location"] == address
    work()
    page = text(dee.get(waiting))
    assert "What was sent can no longer be read" in page
    assert "Send it or ask for it again" in page


def test_after_an_hour_everything_of_it_is_gone(people: People, dee: Client):
    address = done(dee, theirs(child()))
    asked = timezone.now() - timedelta(minutes=61)
    CensusTask.objects.update(asked_at=asked)
    assert dee.get(address).status_code == 404
    look_after_tasks()
    assert not CensusTask.objects.filter(kind="reconcile").exists()
    assert not CensusTaskPart.objects.exists()


def test_a_stopped_task_keeps_nothing_and_is_not_done(people: People, dee: Client):
    address = send(dee, theirs(child()))["Location"]
    assert "It begins in a moment" in text(dee.get(address))
    assert dee.post(f"{address}stop/").status_code == 302
    work()
    assert "It was stopped" in text(dee.get(address))
    assert not CensusTaskPart.objects.exists()


def test_a_task_that_nothing_begins_says_whom_to_ask(people: People, dee: Client):
    address = send(dee, theirs(child()))["Location"]
    CensusTask.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    assert "Nothing has begun it yet" in text(dee.get(address))


def test_a_fault_of_ours_is_said_without_what_it_is_about(
    people: People, dee: Client, monkeypatch, caplog
):
    def fails(*args, **options):
        raise RuntimeError("EX1001 Maya")

    monkeypatch.setattr("assessments.services.returns.doing.reconcile_return", fails)
    address = done(dee, theirs(child()))
    assert "Something went wrong on our side" in text(dee.get(address))
    assert "RuntimeError" in caplog.text
    assert "EX1001" not in caplog.text
    assert not CensusTaskPart.objects.exists()


def test_what_was_asked_for_within_the_hour_is_listed(people: People, dee: Client):
    assert "What you asked for" not in text(dee.get(PAGE))
    done(dee, theirs(child()))
    send(dee, theirs(child()), "judge")
    page = text(dee.get(PAGE))
    assert "Comparison with a return, 2025-26" in page
    assert "waiting" in page


# A year that is too large to wait for


@pytest.fixture
def large(monkeypatch):
    for module in ("views", "exporting"):
        monkeypatch.setattr(f"assessments.pages.census.{module}.MOST_CHILDREN_AT_ONCE", 0)


def test_a_large_year_is_checked_in_the_background(people: People, dee: Client, large):
    completed(people, "3B")
    dee.post("/census/", {"year": "2025-26"})
    page = text(dee.get("/census/?year=2025-26"))
    assert "2025-26 is being checked" in page
    assert "has not been checked yet" in page
    dee.post("/census/", {"year": "2025-26"})
    assert CensusTask.objects.count() == 1
    typed = dee.post("/census/export/", {"year": "2025-26", "format": "x"}).content.decode()
    assert "2025-26 is being checked" in typed
    assert "data-reload-until-over" not in typed
    asked_at = CensusTask.objects.get().asked_at
    CensusTask.objects.update(asked_at=asked_at - timedelta(minutes=1))
    assert "Nothing has begun it yet" in text(dee.get("/census/?year=2025-26"))
    work()
    assert "checked on 20 May 2026" in text(dee.get("/census/?year=2025-26"))
    assert CensusCheck.objects.get().children == 1
    address = f"/census/task/{CensusTask.objects.get().reference}/"
    assert "The year was checked" in text(dee.get(address))


@pytest.mark.parametrize(
    ("format", "name", "says"),
    [
        ("xml", "census-2025-26.xml", b"<LAchildID>EX1001</LAchildID>"),
        ("csv-long", "census-2025-26-csv-long.csv", b'"EX1001"'),
    ],
)
def test_a_file_of_a_large_year_is_made_in_the_background(
    people: People, dee: Client, large, format: str, name: str, says: bytes
):
    completed(people, "3B")
    asked = {"year": "2025-26", "format": format, "allow_errors": "on"}
    address = dee.post("/census/export/", asked)["Location"]
    work()
    page = text(dee.get(address))
    assert "File of a year, 2025-26" in page
    assert "1 child and 1 assessment, 1 of them completed" in page
    response = dee.post(f"{address}file/")
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert says in b"".join(response.streaming_content)


def test_where_errors_stand_no_file_is_made_and_they_are_listed(people, dee: Client, large):
    mine = completed(people, "3B")
    mine.episode.primary_need = ""
    mine.episode.save()
    asked = {"year": "2025-26", "format": "xml"}
    address = dee.post("/census/export/", asked)["Location"]
    work()
    page = dee.get(address)
    assert "1 error stands that DfE would refuse" in text(page)
    assert "8610" in text(page)
    assert f"/assessments/{mine.reference}/" in page.content.decode()
    assert dee.post(f"{address}file/").status_code == 404
    assert [row["rule"] for row in rows(dee, address) if row["kind"] == "DfE would refuse"] == [
        "8610"
    ]
    make.restrict(mine, people.mo)
    page = text(dee.get(address))
    assert "Records were restricted since this was made" in page
    assert "1 error" not in page


def test_where_the_errors_are_is_said_if_they_are_in_restricted_records(people, dee, large):
    mine = completed(people, "3B")
    mine.episode.primary_need = ""
    mine.episode.save()
    make.restrict(mine, people.mo)
    may_export_restricted(people.dee)
    address = dee.post("/census/export/", {"year": "2025-26", "format": "xml"})["Location"]
    work()
    page = text(dee.get(address))
    assert "1 error stands that DfE would refuse" in page
    assert "more in restricted records: ask a manager who is named" in page
    assert "EX1001" not in page


def test_the_years_that_may_still_change_are_checked_once_a_night(people: People, dee: Client):
    completed(people, "3B")
    with time_machine.travel(datetime(2026, 5, 21, 0, 30, tzinfo=UTC)):  # half past one in London
        look_after_tasks()
        work()
    assert not CensusCheck.objects.exists()
    with time_machine.travel(datetime(2026, 5, 21, 1, 30, tzinfo=UTC)):
        look_after_tasks()
        look_after_tasks()
        work()
        assert {each.year for each in CensusCheck.objects.all()} == {"2025-26", "2026-27"}
        look_after_tasks()
        assert not CensusTask.objects.filter(ended_at__isnull=True).exists()
    with time_machine.travel(datetime(2026, 5, 22, 1, 30, tzinfo=UTC)):
        look_after_tasks()
        assert CensusTask.objects.filter(ended_at__isnull=True).count() == 2


def test_a_nightly_check_that_fails_is_tried_again_after_longer_and_longer(
    people: People, browser_of, monkeypatch
):
    def fails(*args, **options):
        raise RuntimeError("EX1001 Maya")

    tried = []
    begin = datetime(2026, 5, 21, 1, tzinfo=UTC)  # two o’clock in London
    with time_machine.travel(begin, tick=False) as clock:
        with monkeypatch.context() as patch:
            patch.setattr("assessments.services.returns.doing.check_year", fails)
            for quarter in range(4 * 24):
                clock.move_to(begin + timedelta(minutes=15 * quarter))
                look_after_tasks()
                if CensusTask.objects.filter(ended_at__isnull=True).exists():
                    tried.append(quarter / 4)
                    work()
        page = text(browser_of(people.dee).get("/census/?year=2025-26"))
        assert "The nightly check failed, last on 21 May 2026 at 17:00" in page
        assert "EX1001" not in page
        clock.move_to(begin + timedelta(days=1))
        look_after_tasks()
        work()
        assert CensusCheck.objects.count() == 2
        assert "failed" not in text(browser_of(people.dee).get("/census/?year=2025-26"))
        clock.shift(timedelta(hours=2))
        look_after_tasks()
        assert not CensusTask.objects.exists()
    assert tried == [0, 1, 3, 7, 15]


def test_a_nightly_check_that_was_refused_is_not_tried_again_at_once(people: People):
    with time_machine.travel(datetime(2026, 5, 21, 1, 30, tzinfo=UTC), tick=False):
        look_after_tasks()
        CensusTask.objects.update(status="refused", ended_at=timezone.now())
        look_after_tasks()
        assert not CensusTask.objects.filter(ended_at__isnull=True).exists()
