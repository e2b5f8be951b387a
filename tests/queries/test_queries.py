"""What each person sees, finds and may do."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import queries
from assessments.models import Assessment, Episode, Status
from tests import people as make
from tests.people import People

EVERYBODY = ["ada", "ben", "cleo", "mo", "nia", "dee", "abe"]


@pytest.fixture
def three(people: People) -> dict[str, Assessment]:
    """One assessment each of Ada and Ben in North and of Cleo in South."""
    return {
        name: make.start(getattr(people, name), f"EX{number}")
        for number, name in enumerate(("ada", "ben", "cleo"))
    }


SEES = {
    "ada": {"ada", "ben"},
    "ben": {"ada", "ben"},
    "cleo": {"cleo"},
    "mo": {"ada", "ben"},
    "nia": {"cleo"},
    "dee": {"ada", "ben", "cleo"},
    "abe": set(),
}


def seen_by(person, three: dict[str, Assessment]) -> set[str]:
    visible = set(queries.assessments_visible_to(person))
    assert visible <= set(three.values())
    for assessment in three.values():
        if assessment in visible:
            assert queries.assessment_for(person, assessment.reference) == assessment
        else:
            with pytest.raises(Assessment.DoesNotExist):
                queries.assessment_for(person, assessment.reference)
    children = set(queries.children_visible_to(person))
    episodes = set(queries.episodes_visible_to(person))
    assert children == {each.episode.child for each in visible}
    assert episodes == {each.episode for each in visible}
    return {name for name, assessment in three.items() if assessment in visible}


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_person_sees_what_their_role_and_teams_give(people: People, three, who: str):
    assert seen_by(getattr(people, who), three) == SEES[who]


@pytest.mark.parametrize("who", EVERYBODY)
def test_nobody_who_is_deactivated_sees_anything(people: People, three, who: str):
    person = getattr(people, who)
    person.is_active = False
    person.save()
    assert seen_by(person, three) == set()


def test_workers_of_an_inactive_team_see_only_their_own(people: People, three):
    people.north.active = False
    people.north.save()
    seen = {who: seen_by(getattr(people, who), three) for who in EVERYBODY}
    assert seen == SEES | {"ada": {"ada"}, "ben": {"ben"}, "mo": set()}


def test_a_worker_who_changes_teams_keeps_their_own_and_sees_the_new_teams(people: People, three):
    people.ada.teams.set([people.south])
    assert seen_by(people.ada, three) == {"ada", "cleo"}


def test_a_manager_of_several_teams_sees_them_all_once(people: People, three):
    people.mo.teams.set([people.north, people.south])
    assert seen_by(people.mo, three) == {"ada", "ben", "cleo"}
    assert queries.assessments_visible_to(people.mo).count() == 3


def test_a_childs_earlier_assessment_in_another_team_is_not_seen(people: People):
    first = make.authorise(make.submit(make.start(people.cleo)), people.nia)
    again = make.services.start_assessment(
        by=people.ada,
        team=people.north,
        start_date=timezone.localdate(),
        key=make.uuid.uuid4(),
        child=first.episode.child,
        episode=first.episode,
    )
    assert list(queries.assessments_visible_to(people.ada)) == [again]
    assert set(queries.children_visible_to(people.ada)) == {first.episode.child}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("who", EVERYBODY)
def test_the_worker_alone_may_record_and_cancel(people: People, who: str, status: Status):
    assessment = make.in_status(status, people.ada, people.mo)
    person = getattr(people, who)
    mine = who == "ada"
    assert queries.may_record(person, assessment) == (
        mine and status in {Status.DRAFT, Status.RETURNED, Status.REOPENED}
    )
    assert queries.may_cancel(person, assessment) == (
        mine and status in {Status.DRAFT, Status.RETURNED}
    )


def test_managers_of_an_assessment_are_the_active_ones_of_its_team(people: People, three):
    make.make_person("Zoe Away", people.north, role="team_manager", active=False)
    also = make.make_person("Lou Also", people.north, people.south, role="team_manager")
    assert list(queries.managers_of(three["ada"])) == [also, people.mo]


# Finding a child to assess


def test_a_social_worker_finds_any_child_but_only_by_the_whole_id(people: People, three):
    find = queries.child_to_assess
    child = three["cleo"].episode.child
    assert child.la_child_id == "EX2"
    assert find(people.ada, "EX2") == find(people.ada, " ex2 ") == child
    for part in ("", "EX", "X2", "EX2X", "EX%", "%", "EX_", "_", "\\", "EX2\\", "EX.", ".*"):
        assert find(people.ada, part) is None


@pytest.mark.parametrize("who", ["mo", "nia", "dee", "abe"])
def test_nobody_else_finds_a_child_to_assess(people: People, three, who: str):
    assert queries.child_to_assess(getattr(people, who), "EX2") is None


# Searching a list


@pytest.fixture
def named(people: People) -> None:
    for la_child_id, given, family in (
        ("AB100", "Robin", "Sample"),
        ("AB200", "Rob", "O’Example"),
        ("CD100", "Sam", "Robinson"),
        ("CD200", "Percy", "100% Sure_Thing\\"),
        ("CD300", "Mary Jane", "Van Dyke"),
    ):
        make.start(people.ada, la_child_id, given_name=given, family_name=family)


FOUND = {
    "ab": {"AB100", "AB200"},
    "AB100": {"AB100"},
    "100": {"CD200"},
    "rob": {"AB100", "AB200", "CD100"},
    "ROBIN": {"AB100", "CD100"},
    "robin sample": {"AB100"},
    "Sample  Robin": {"AB100"},
    "robin ab": {"AB100"},
    "obin": set(),
    "ample": set(),
    "o’ex": {"AB200"},
    "o'ex": {"AB200"},
    "oex": {"AB200"},
    "%": set(),
    "_": set(),
    "\\": set(),
    "r_b": set(),
    "R%n": set(),
    "100%": {"CD200"},
    "100_": {"CD200"},
    "AB1%": {"AB100"},
    "(": set(),
    ".": set(),
    "percy 100%": {"CD200"},
    "' OR 1=1 --": set(),
    "mary": {"CD300"},
    "mary jane": {"CD300"},
    "van dyke": {"CD300"},
    "mary van": {"CD300"},
    "mary jane van": {"CD300"},
    "Van Dyke Mary Jane": {"CD300"},
    "mary dyke": {"CD300"},
    "x " * 50: set(),
    "jane": {"CD300"},
    "jan mar dyk van": {"CD300"},
}


@pytest.mark.parametrize("words", FOUND)
def test_a_search_finds_ids_and_words_of_names_by_their_beginning(
    people: People, named, words: str
):
    found = queries.search_by_child(queries.assessments_visible_to(people.ada), words)
    assert {each.episode.child.la_child_id for each in found} == FOUND[words]


def test_a_search_stays_within_what_the_person_sees(people: People, three):
    visible = queries.assessments_visible_to(people.ada)
    assert set(queries.search_by_child(visible, "EX")) == {three["ada"], three["ben"]}


# The tabs


def test_each_status_is_listed_in_its_tab(people: People):
    made = {
        status: make.in_status(status, people.ada, people.mo, f"EX{number}")
        for number, status in enumerate(Status)
    }
    visible = queries.assessments_visible_to(people.ada)
    shown = {
        group: {each.status for each in queries.in_group(visible, group)}
        for group in queries.GROUPS
    }
    assert shown == {
        "to-do": {"draft", "returned", "reopened"},
        "returned": {"returned"},
        "with-manager": {"submitted"},
        "authorised": {"authorised"},
    }
    assert queries.group_counts(visible) == {
        group: len(queries.in_group(visible, group)) for group in queries.GROUPS
    }
    assert len(made) == 7


@pytest.mark.parametrize("of_everybody", [True, False])
def test_a_tab_is_counted_no_further_than_its_pages_go(
    people: People, monkeypatch, of_everybody: bool
):
    monkeypatch.setattr("assessments.queries.worklist.COUNTED_TO", 2)
    for number in range(4):
        make.start(people.ada, f"EX{number}")
    make.submit(make.start(people.ada, "EX9"))
    everybody = queries.assessments_visible_to(people.dee)
    counts = queries.group_counts(everybody, of_everybody=of_everybody)
    every = {"all": 3} if of_everybody else {}
    assert counts == every | {"to-do": 3, "returned": 0, "with-manager": 1, "authorised": 0}


def plan(rows) -> str:
    """How the database reads the rows where it may neither read a whole table nor sort it."""
    with transaction.atomic(), connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        return rows[:25].explain()


@pytest.mark.parametrize("group", [*queries.GROUPS, queries.EVERY_STATUS])
def test_the_lists_of_everybodys_assessments_are_read_in_the_order_of_an_index(
    people: People, group: str
):
    """So that they take as long among a million as among a hundred."""
    rows = queries.in_group(queries.assessments_visible_to(people.dee), group, of_everybody=True)
    read = plan(rows)
    assert re.search(r"Index Scan (Backward )?using assessments?_", read)
    assert not re.search(r"(?<!Incremental )Sort  \(", read)
    assert "Sort  (" in plan(queries.in_group(Assessment.objects.all(), "to-do"))


def test_everybodys_assessments_are_listed_by_start_and_by_submission(people: People):
    today = timezone.localdate()
    made = [
        make.start(people.ada, f"EX{days}", referred=today - timedelta(days=days))
        for days in (3, 30, 20)
    ]
    sent = [make.submit(make.start(people.cleo, f"EX9{n}")) for n in range(2)]
    everybody = queries.assessments_visible_to(people.dee)
    assert list(queries.in_group(everybody, "to-do", of_everybody=True)) == [
        made[1],
        made[2],
        made[0],
    ]
    assert list(queries.in_group(everybody, "with-manager", of_everybody=True)) == sent
    assert list(queries.in_group(everybody, queries.EVERY_STATUS)) == [*sent[::-1], *made[::-1]]


def test_the_teams_of_a_worker_are_looked_up_before_their_assessments(people: People):
    """As a subquery of one of two alternatives they would be looked for in every assessment."""
    read = queries.assessments_visible_to(people.ada).explain()
    assert "team_id = ANY ((InitPlan" in read


def test_restricted_records_are_looked_up_for_each_row_and_never_joined(people: People):
    """A join may walk through every episode to come to the next that is restricted."""
    read = queries.assessments_visible_to(people.dee).explain()
    assert "SubPlan" in read
    assert "Join" not in read.replace("Join Filter", "").split("SubPlan")[0]


def test_a_search_of_everybodys_assessments_says_that_it_leaves_out_some(
    people: People, monkeypatch
):
    monkeypatch.setattr("assessments.queries.worklist.MOST_FOUND", 2)
    made = [make.start(people.ada, f"EX{number}") for number in range(3)]
    everybody = queries.assessments_visible_to(people.dee)
    found, more = queries.search_everybody(everybody, "ex")
    assert (len(found), more) == (2, True)
    found, more = queries.search_everybody(everybody, "ex2")
    assert (list(found), more) == ([made[2]], False)
    hidden = make.restrict(made[0], people.mo)
    assert not queries.search_everybody(queries.assessments_visible_to(people.dee), "ex0")[0]
    assert hidden


@pytest.mark.parametrize("most", [1, 200])
def test_a_search_of_ones_own_finds_the_same_however_many_children_are_found(
    people: People, monkeypatch, most: int
):
    monkeypatch.setattr("assessments.queries.finding.MOST_FOUND", most)
    made = [make.start(people.ada, f"EX{number}") for number in range(3)]
    make.start(people.cleo, "EX9")
    own = queries.assessments_visible_to(people.ada)
    assert {*queries.searched(own, "episode__child", "ex")} == {*made}
    assert [*queries.searched(own, "episode__child", "ex1")] == [made[1]]
    children = queries.children_visible_to(people.mo)
    assert {*queries.searched(children, "pk", "ex")} == {each.episode.child for each in made}
    episodes = queries.episodes_visible_to(people.mo)
    assert {*queries.searched(episodes, "child", "ex")} == {each.episode for each in made}


def test_an_unknown_tab_is_an_error(people: People):
    with pytest.raises(KeyError):
        queries.in_group(Assessment.objects.all(), "lost")


def test_to_do_is_ordered_by_urgency(people: People):
    today = timezone.localdate()
    made = [
        make.start(people.ada, f"EX{days}", referred=today - timedelta(days=days))
        for days in (3, 30, 20, 40, 10)
    ]
    make.return_it(make.submit(made[0]), people.mo)
    listed = queries.in_group(queries.assessments_visible_to(people.ada), "to-do")
    assert [each.episode.child.la_child_id for each in listed] == [
        "EX3",  # returned, though the youngest
        "EX40",
        "EX30",
        "EX20",
        "EX10",
    ]


def test_authorised_are_listed_newest_first(people: People):
    made = [make.authorise(make.submit(make.start(people.ada, f"EX{n}")), people.mo) for n in "12"]
    listed = queries.in_group(queries.assessments_visible_to(people.ada), "authorised")
    assert list(listed) == made[::-1]


def test_assessments_of_the_same_day_have_a_stable_order(people: People):
    made = [make.start(people.ada, f"EX{n}") for n in range(5)]
    for group_order in (list(queries.in_group(Assessment.objects.all(), "to-do")),) * 2:
        assert group_order == made


@pytest.mark.parametrize("group", queries.GROUPS)
def test_a_list_is_one_query_whatever_its_length(people: People, group: str):
    status = {"to-do": Status.DRAFT}.get(group, Status(queries.GROUPS[group][0]))
    numbers = []
    for number in range(3):
        make.in_status(status, people.ada, people.mo, f"EX{number}")
        with CaptureQueriesContext(connection) as asked:
            rows = queries.with_child_team_and_worker(
                queries.in_group(queries.assessments_visible_to(people.mo), group)
            )
            for row in rows:
                assert all([row.episode.child.name, row.team.name, row.worker.name])
        numbers.append(len(asked))
        assert len(rows) == number + 1
    assert numbers == [1, 1, 1]


def test_an_open_episode_is_one_that_has_no_end(people: People):
    episode = make.start(people.ada).episode
    assert episode.is_open
    assert not Episode(no_further_action=True).is_open
    assert not Episode(closure_date=timezone.localdate()).is_open
