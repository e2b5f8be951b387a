"""What `make bench` runs, once and at a small size: counts and shapes, never time."""

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connections
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from assessments import queries
from assessments.census.check import check
from assessments.components.picker.state import picker_state
from assessments.evaluation import evaluate
from assessments.models import CensusCheck
from benchmarks import browser, census, exports, factor_page, lists, pace, rules, run, saves
from benchmarks.measure import medians, percentile_95_time
from benchmarks.people import worker
from benchmarks.report import AT_LEAST, AT_MOST, Goal, Row, table
from tests.people import authorise, make_people, start, submit

ONCE = {"runs": 1, "warm_up": 0}


@pytest.fixture
def assessment(transactional_db):
    with override_settings(ROOT_URLCONF="benchmarks.urls"):
        yield worker(own=2).assessments.select_related("episode__child", "worker").earliest("pk")


def test_the_factor_page_makes_six_queries(
    assessment,
):
    page = factor_page.measure(assessment, **ONCE)
    assert (page.same_bytes_queries, page.queries) == (2, 6)


def test_the_factor_page_is_at_most_14_kilobytes_as_it_is_sent(assessment):
    page = factor_page.measure(assessment, **ONCE)
    assert page.compressed <= run.FOURTEEN_KILOBYTES < page.size


def test_the_stock_form_has_the_same_boxes_ticked(assessment):
    state = picker_state(evaluate(assessment), assessment.worker.density)
    drawn = [render(state) for render in factor_page.PICKERS]
    assert [text.count('type="checkbox"') for text in drawn] == [len(state.edition.codes)] * 2
    assert [len(re.findall(r"\schecked\b", text)) for text in drawn] == [len(assessment.codes)] * 2


def test_a_save_is_one_transaction(assessment):
    save = saves.measure(assessment, **ONCE)
    assert (save.transactions, save.savepoints) == (1, 1)


def test_95_of_100_runs_are_within_the_95th_percentile():
    clock = iter(time for run in range(100) for time in (run, run + run / 1000))
    subject = lambda: lambda: None  # noqa: E731
    taken = percentile_95_time(subject, clock=lambda: next(clock), runs=100, warm_up=0)
    assert taken == pytest.approx(94)


@pytest.fixture
def collected():
    """Static files, as the served product finds them."""
    collect = "import django; django.setup(); from cinfactors.dev import prepare; "
    subprocess.run(
        [sys.executable, "-c", collect + "prepare.collect_static_files()"],
        env=os.environ | browser.environment(),
        check=True,
        stdout=subprocess.DEVNULL,
    )


def test_a_change_and_a_slow_phone_are_measured_in_a_browser(assessment, collected):
    before = assessment.version
    seen = browser.measure(assessment, changes=2, visits=1)
    assessment.refresh_from_db()
    assert assessment.version == before + 2
    assert min(seen.change, seen.usable_again) > 0
    assert seen.usable_at_first > browser.SLOW_4G["latency"]
    assert seen.shift == 0


def test_the_lists_are_measured_in_two_databases_and_leave_the_last(assessment):
    pages = lists.measure(connections["default"], connections["default"], **ONCE)
    assert [page.what for page in pages][:3] == [
        "My assessments",
        "My assessments, searched by child id",
        "My assessments, searched by name",
    ]
    assert [page.queries for page in pages] == [6, 9, 9, 5, 3, 3, 3]


def test_every_list_of_every_role_is_measured(transactional_db):
    people = make_people()
    done = authorise(submit(start(people.ada)), people.mo)
    worker(own=1)
    asked = [each.address for each in lists._requested()]
    for name in ("assessments", "reading_log", "admin:index", "without_a_worker"):
        assert any(each.startswith(reverse(name)) for each in asked), name
    for model in ("assessments_assessment", "assessments_child", "accounts_user"):
        assert reverse(f"admin:{model}_changelist") in asked
    assert reverse("history", args=[done.reference]) in asked


def test_files_of_the_last_year_that_has_ended_are_made_and_its_pages_measured(
    transactional_db, monkeypatch
):
    monkeypatch.setattr(exports, "RUNS", 1)
    people = make_people()
    today = timezone.localdate()
    year = [*queries.return_years(today).values()][-2]
    start(people.ada, referred=year.reference_date - timedelta(days=30))
    made = exports.measure()
    assert (made.year, made.assessments) == (year.name, 1)
    assert [*made.written] == [*made.whole] == ["xml", "csv-long"]
    assert min(made.copied, *made.written.values(), *made.whole.values()) > 0
    assert 0 < made.memory < 200
    assert CensusCheck.objects.get().year == year.name
    rows = [*run.export_rows(made)]
    assert [row.what for row in rows if row.goal] == [
        "XML of 1 assessments, beside COPY of its rows",
        "CSV of 1 assessments, beside COPY of its rows",
        "  memory of the process",
        f"Data officer: census of {year.name}, findings kept",
        f"Data officer: figures of {year.name}, findings kept",
    ]


def test_the_rules_are_measured_beside_a_floor(monkeypatch):
    monkeypatch.setattr(rules, "SELECTIONS", 10)
    assert 0 < rules.evaluations_a_second() < rules.floor_a_second()


def test_subjects_are_measured_in_turn():
    called = []
    clock = iter([0.0, 0.001, 1.0, 1.002] * 3)
    taken = medians(
        {name: lambda name=name: lambda: called.append(name) for name in ("first", "second")},
        clock=lambda: next(clock),
        runs=3,
        warm_up=1,
    )
    assert called == ["first", "second"] * 4
    assert taken == pytest.approx({"first": 1, "second": 2})


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (Row("", 3, "ms", 2, Goal(AT_MOST, 1.5)), True),
        (Row("", 120, "ms", 2, Goal(AT_MOST, 1.5, or_figure=120)), True),
        (Row("", 121, "ms", 100, Goal(AT_MOST, 1.5, or_figure=120)), True),
        (Row("", 121, "ms", 2, Goal(AT_MOST, 1.5, or_figure=120)), False),
        (Row("", 3.1, "ms", 2, Goal(AT_MOST, 1.5)), False),
        (Row("", 2, "ms", 6, Goal(AT_LEAST, 3), times_faster=True), True),
        (Row("", 2.1, "ms", 6, Goal(AT_LEAST, 3), times_faster=True), False),
        (Row("", 15, "ms", 1, Goal(AT_MOST, 15, of_ratio=False)), True),
        (Row("", 16, "ms", 100, Goal(AT_MOST, 15, of_ratio=False)), False),
        (Row("", 30, "ms", 1, Goal(AT_MOST, 15, "ms", of_ratio=False), slowness=2), True),
        (Row("", 31, "ms", 1, Goal(AT_MOST, 15, "ms", of_ratio=False), slowness=2), False),
        (Row("", 16, "ms", 1, Goal(AT_MOST, 15, "ms", False, on_any=True), slowness=2), False),
        (Row("", 240, "ms", 2, Goal(AT_MOST, 1.5, or_figure=120), slowness=2), True),
        (Row("", 241, "ms", 2, Goal(AT_MOST, 1.5, or_figure=120), slowness=2), False),
        (Row("", 25, "", None, Goal(AT_LEAST, 50, "a second", of_ratio=False), slowness=2), True),
        (Row("", 24, "", None, Goal(AT_LEAST, 50, "a second", of_ratio=False), slowness=2), False),
        (Row("", 16, "bytes", None, Goal(AT_MOST, 15, "bytes", False), slowness=2), False),
        (Row("", 31, "ms", 20, Goal(AT_MOST, 1.5), slowness=2), False),
        (Row("", 16, "ms"), True),
    ],
)
def test_a_goal_is_met_at_its_limit_and_missed_beyond_it(row, met):
    assert row.met is met


def test_the_table_says_which_goal_is_missed():
    rows = [
        Row("Slow page", 4, "ms", 2, Goal(AT_MOST, 1.5)),
        Row("Save", 4, "ms", None, Goal(AT_MOST, 3, "ms", of_ratio=False), slowness=2),
        Row("Bytes", 1234, "bytes"),
    ]
    assert table(rows).splitlines()[1:] == [
        "Slow page      4.00 ms  2.00 ms   2.00                  at most 1.5 times  MISSED",
        "Save           4.00 ms                         2.00 ms  at most 3 ms       met",
        "Bytes      1,234 bytes",
    ]


def test_each_figure_is_given_how_slow_the_machine_was_when_it_was_measured(monkeypatch):
    found = iter([1.0, 3.0, 4.0, 6.0])
    monkeypatch.setattr(run, "slowness", lambda: next(found))
    rows = [*run.at_a_pace(lambda: iter([Row("", 8, "ms")]))]
    rows += run.at_a_pace(lambda: iter([Row("", 8, "ms")]))
    assert [row.slowness for row in rows] == [2, 5]


def test_the_machine_is_timed_by_reading_a_return(monkeypatch):
    monkeypatch.setattr(pace, "CHILDREN", 5)
    assert pace.slowness() > 0


def test_the_invented_return_is_judged_whole_and_has_nothing_wrong_in_a_child():
    speed = census.measure(children=300)
    assert speed.children == 300
    assert 0 < speed.peak_memory < 200
    content = census.InventedReturn(census.codes(), 300)
    found = [each for each in check(content) if each.child is not None]
    assert found == []
