"""Every list and long page, as each role that has it, in a small and a large database in turn.

Time on the wall clock, since the database works in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from time import perf_counter
from urllib.parse import urlencode

from django.db.backends.base.base import BaseDatabaseWrapper
from django.urls import reverse
from django.utils import timezone

from assessments import queries
from assessments.models import Assessment, Child, Status
from benchmarks.database import use
from benchmarks.measure import Subject, medians
from benchmarks.people import one_of, worker
from benchmarks.visitor import Visitor, statements
from benchmarks.visitor import queries as queries_of
from cinfactors.accounts.models import Role, User

MOST_RUNS = 40
"""So many pages are measured that fewer runs of each must do."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """Milliseconds as medians."""

    what: str
    small: float
    large: float
    queries: int


@dataclass(frozen=True, slots=True)
class Requested:
    """A page that somebody requests, and what they searched it for before."""

    what: str
    person: User
    address: str
    words: str = ""
    search: tuple[str, str] = ("words", "on")
    """The field in which the words are sent, and how the address says that the list is searched."""
    is_download: bool = False


def measure(
    small: BaseDatabaseWrapper, large: BaseDatabaseWrapper, *, runs: int, warm_up: int
) -> list[ListPage]:
    """Measure every page. The large database is the default one afterwards."""
    use(small)
    of_small = list(_requested())
    use(large)
    of_large = list(_requested())
    pages = []
    for one, other in zip(of_small, of_large, strict=True):
        subjects = {"small": _subject(small, one), "large": _subject(large, other)}
        taken = medians(
            subjects, clock=perf_counter, runs=min(runs, MOST_RUNS), warm_up=min(warm_up, 5)
        )
        sql = statements(subjects["large"]())
        pages.append(ListPage(other.what, taken["small"], taken["large"], len(queries_of(sql))))
    return pages


def _requested() -> Iterator[Requested]:
    """Yield the pages of the default database, in the same order for each."""
    yield from _of_the_worker(worker())
    if manager := one_of(Role.TEAM_MANAGER):
        yield from _of_a_manager(manager)
    if officer := one_of(Role.DATA_OFFICER):
        yield from _of_the_data_officer(officer)
    if administrator := one_of(Role.ADMINISTRATOR):
        yield from _of_an_administrator(administrator)


def _of_the_worker(person: User) -> Iterator[Requested]:
    address = reverse("assessments")
    child = Assessment.objects.filter(worker=person).earliest("pk").episode.child
    yield Requested("My assessments", person, address)
    yield Requested("My assessments, searched by child id", person, address, child.la_child_id)
    yield Requested("My assessments, searched by name", person, address, child.name)
    for tab in queries.GROUPS:
        yield Requested(f"My team’s, {tab}", person, f"{address}?whose=team&tab={tab}")


def _of_a_manager(person: User) -> Iterator[Requested]:
    for tab in queries.GROUPS:
        yield Requested(f"Manager: {tab}", person, f"{reverse('assessments')}?tab={tab}")
    queue = reverse("admin:assessments_assessment_changelist")
    yield Requested("Manager: review queue", person, queue)
    in_admin = ("q", "kept")
    yield Requested("Manager: review queue, searched", person, queue, "T", in_admin)
    # The places of the columns child, submitted, from referral, team and worker.
    for what, order in {"child": 1, "due": 3, "team": 8, "worker": 9}.items():
        address = f"{queue}?o={order}"
        yield Requested(f"Manager: review queue, in the order of the {what}", person, address)
    yield Requested("Manager: overdue", person, f"{queue}?status=open&overdue=yes")
    yield Requested("Manager: with a code", person, f"{queue}?status=any&code=3B")
    yield Requested("Manager: a census year", person, f"{queue}?status=any&year={_last_year()}")
    yield Requested("Manager: every status", person, f"{queue}?status=any")
    yield Requested("Manager: authorised, in review", person, f"{queue}?status=authorised")
    yield Requested("Manager: children", person, reverse("admin:assessments_child_changelist"))
    yield Requested("Manager: episodes", person, reverse("admin:assessments_episode_changelist"))
    yield Requested("Manager: start of the admin", person, reverse("admin:index"))
    yield Requested("Manager: work to reassign", person, reverse("without_a_worker"))
    yield Requested("Manager: likely duplicates", person, reverse("likely_duplicates"))


def _of_the_data_officer(person: User) -> Iterator[Requested]:
    address = reverse("assessments")
    child = Child.objects.filter(restricted=False).earliest("pk")
    yield Requested("Data officer: first list", person, address)
    for tab in queries.GROUPS:
        yield Requested(f"Data officer: {tab}", person, f"{address}?tab={tab}")
    year = _last_year()
    of_work = Assessment.objects.filter(status=Status.AUTHORISED).earliest("pk")
    for what, chosen in {
        "team": {"team": of_work.team_id},
        "worker": {"worker": of_work.worker.reference},
        "code": {"code": "3B"},
        "codes no longer used": {"legacy": "yes"},
        "status": {"status": Status.CANCELLED},
        "census year": {"year": year},
        "overdue": {"overdue": "yes"},
        "reopened": {"reopened": "yes"},
        "year, code and team": {"year": year, "code": "3B", "team": of_work.team_id},
        "year and code": {"year": year, "code": "24A"},
        "year, code, team and authorised": {
            "year": year,
            "code": "3B",
            "team": of_work.team_id,
            "tab": "authorised",
        },
        "reopened, by team": {"reopened": "yes", "team": of_work.team_id},
        "reopened, in a year": {"reopened": "yes", "year": year},
        "never reopened": {"reopened": "no"},
        "not overdue, with a code": {"overdue": "no", "code": "18B"},
        "draft": {"status": Status.DRAFT},
        "voided": {"status": Status.VOIDED},
        "what nothing has": {"year": year, "legacy": "yes", "overdue": "yes"},
    }.items():
        yield Requested(f"Data officer, filtered: {what}", person, f"{address}?{urlencode(chosen)}")
    yield Requested("Data officer: searched by child id", person, address, child.la_child_id)
    yield Requested("Data officer: searched by one letter", person, address, child.family_name[0])
    amended = Assessment.objects.filter(
        status=Status.AUTHORISED, episode__child__restricted=False
    ).earliest("pk")
    history = reverse("history", args=[amended.reference])
    yield Requested("Data officer: history of a record", person, history)
    yield Requested("Data officer: reading of records", person, reverse("reading_log"))
    hour = timezone.now().astimezone(UTC).strftime("%Y-%m-%dT%H")
    of_hour = reverse("reading_hour", args=[person.reference, hour])
    yield Requested("Data officer: an hour with a download", person, of_hour)
    of_one = f"{reverse('download_assessments')}?worker={of_work.worker.reference}"
    yield Requested("Data officer: download of one worker’s", person, of_one, is_download=True)


def _last_year() -> int:
    return timezone.localdate().year - 1


def _of_an_administrator(person: User) -> Iterator[Requested]:
    for model in ("user", "team"):
        address = reverse(f"admin:accounts_{model}_changelist")
        yield Requested(f"Administrator: list of every {model}", person, address)
    yield Requested("Administrator: start of the admin", person, reverse("admin:index"))


def _subject(connection: BaseDatabaseWrapper, requested: Requested) -> Subject:
    use(connection)
    visitor = Visitor(requested.person)
    address = requested.address
    if requested.is_download:

        def ready_to_download() -> Callable[[], bytes]:
            use(connection)
            return visitor.post(address, {"words": ""}, status=200)

        return ready_to_download
    if requested.words:
        field, marker = requested.search
        visitor.post(address, {field: requested.words})()
        address += "?" + urlencode({"search": marker})

    def ready() -> Callable[[], bytes]:
        use(connection)
        return visitor.get(address)

    return ready
