"""All measurements one after the other, each with its goal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from django.db import connections
from django.test import override_settings

from benchmarks import browser, census, database, exports, factor_page, finding, lists, rules, saves
from benchmarks.pace import slowness
from benchmarks.people import worker
from benchmarks.report import A_SECOND, AT_LEAST, AT_MOST, Goal, Row
from cinfactors.dev.embedded_postgres import Server
from cinfactors.dev.install import say
from cinfactors.dev.prepare import collect_static_files

NOTES = """\
Pages and saves: CPU of this process for the whole request, middleware and compression included,
as the role of the application, with the large database. Lists: time on the clock, since the
database works in a process of its own. The compressed size holds up to 100 random bytes that
Django's GZipMiddleware adds against BREACH. Goals' machine: the figure, divided by how many times
as long this machine took then to read a return with lxml; a goal in time is one for that machine.
Slow phone: a processor four times slower than that machine's, 150 ms for each request, 1.6 Mbit a
second."""

HOSTS = ["testserver", "127.0.0.1"]
"""The hosts of Django's test requests and of the browser's."""
ASSESSMENTS_OF_THE_GOALS = 650_000
"""Of the year for which the times of an export are set; others have them in proportion."""
FOURTEEN_KILOBYTES = 14 * 1024


def all_rows(server: Server, small: int, large: int, *, runs: int, warm_up: int) -> list[Row]:
    """Make the missing databases, measure everything, and close every connection."""
    collect_static_files()
    ordinary = connections["default"]
    found = {number: database.connection_to(server, number) for number in (small, large)}
    try:
        for number, connection in found.items():
            say(f"Making the database of {number:,} assessments, or finding it")
            database.make(server, number)
            database.use(connection)
            database.fill(server, number)
            worker()
        with override_settings(ROOT_URLCONF="benchmarks.urls", ALLOWED_HOSTS=HOSTS):
            say("Measuring")
            own = worker().assessments.select_related("episode__child", "worker").earliest("pk")
            measured = {"runs": runs, "warm_up": warm_up}
            return [
                *at_a_pace(lambda: page_rows(factor_page.measure(own, **measured))),
                *at_a_pace(lambda: save_rows(saves.measure(own, **measured))),
                *at_a_pace(lambda: browser_rows(browser.measure(own, slowness=slowness()))),
                *at_a_pace(lambda: list_rows(lists.measure(*found.values(), **measured))),
                *at_a_pace(rules_rows),
                *at_a_pace(lambda: census_rows(census.measure())),
                *at_a_pace(lambda: export_rows(exports.measure())),
                *at_a_pace(finding_rows),
            ]
    finally:
        for connection in found.values():
            connection.close()
            connection.close_pool()
        connections["default"] = ordinary


def at_a_pace(measured: Callable[[], Iterable[Row]]) -> Iterator[Row]:
    """Give each row how slow the machine was then: the mean of before and after."""
    before = slowness()
    rows = [*measured()]
    mean = (before + slowness()) / 2
    return (replace(row, slowness=mean) for row in rows)


def page_rows(page: factor_page.FactorPage) -> Iterator[Row]:
    bare = Goal(AT_MOST, 2.2)
    # Rendered as the pages' other checkboxes are, which take half of what crispy-forms-gds took.
    stock_page, stock_form = (Goal(AT_LEAST, times, "times faster") for times in (1.7, 10))
    yield Row("Factor page, beside its bytes sent bare", page.page, "ms", page.same_bytes, bare)
    yield Row("  the same, uncompressed", page.page_plain, "ms", page.same_bytes_plain)
    yield Row("  its queries, sign-in's among them", page.queries, "", page.same_bytes_queries)
    yield Row(
        "Factor page, beside stock checkboxes", page.page, "ms", page.stock_page, stock_page, True
    )
    yield Row("  rendering the form alone", page.picker, "ms", page.stock_form, stock_form, True)
    yield Row(
        "Factor page as it is sent, all guidance",
        page.compressed,
        "bytes",
        goal=Goal(AT_MOST, FOURTEEN_KILOBYTES, "bytes", of_ratio=False),
    )
    yield Row("  the same, uncompressed", page.size, "bytes")


def save_rows(save: saves.Save) -> Iterator[Row]:
    limit = Goal(AT_MOST, 15, "ms", of_ratio=False)
    yield Row(
        "Save, beside a post that records nothing", save.save, "ms", save.nothing_recorded, limit
    )
    yield Row("  its queries, sign-in's among them", save.queries, "")
    yield Row(
        "  its transactions",
        save.transactions,
        "",
        goal=Goal(AT_MOST, 1, "", of_ratio=False),
    )
    yield Row("  savepoints in it", save.savepoints, "")
    yield Row(
        "Change on the factor page, 95 of 100 answered",
        save.answer,
        "ms",
        goal=Goal(AT_MOST, 100, "ms", of_ratio=False),
    )


def browser_rows(times: browser.BrowserTimes) -> Iterator[Row]:
    first = Goal(AT_MOST, 900, "ms", of_ratio=False, on_any=True)
    again = Goal(AT_MOST, 1000, "ms", of_ratio=False, on_any=True)
    yield Row(
        "  from the click to the screen, the 95th of 100",
        times.change,
        "ms",
        goal=Goal(AT_MOST, 100, "ms", of_ratio=False),
    )
    yield Row("Slow phone: usable, nothing kept before", times.usable_at_first, "ms", goal=first)
    yield Row("  with the files of another page", times.usable_again, "ms", goal=again)
    yield Row(
        "  layout shift, in thousandths",
        times.shift,
        "",
        goal=Goal(AT_MOST, 0, "", of_ratio=False),
    )


def list_rows(pages: list[lists.ListPage]) -> Iterator[Row]:
    for page in pages:
        yield Row(page.what, page.large, "ms", page.small, Goal(AT_MOST, 1.5, or_figure=120))
        yield Row("  its queries, sign-in's among them", page.queries, "")


def rules_rows() -> Iterator[Row]:
    yield Row(
        "Rules: selections evaluated a second",
        rules.evaluations_a_second(),
        "",
        rules.floor_a_second(),
        Goal(AT_LEAST, 50_000, A_SECOND, of_ratio=False),
    )


def census_rows(speed: census.Speed) -> Iterator[Row]:
    yield Row(
        "Census: children judged a second",
        speed.judged_a_second,
        "",
        goal=Goal(AT_LEAST, 20_000, A_SECOND, of_ratio=False),
    )
    yield Row(
        "  CPU of one, beside lxml that does nothing",
        1_000_000 / speed.judged_a_second,
        "µs",
        1_000_000 / speed.read_a_second,
        Goal(AT_MOST, 3),
    )
    yield Row(
        f"  memory for a file of {speed.children:,}",
        speed.peak_memory,
        "MB",
        goal=Goal(AT_MOST, 200, "MB", of_ratio=False),
    )


def export_rows(made: exports.Exports) -> Iterator[Row]:
    part = made.assessments / ASSESSMENTS_OF_THE_GOALS
    for each, name, seconds in (("xml", "XML", 20), ("csv-long", "CSV", 6)):
        yield Row(
            f"{name} of {made.assessments:,} assessments, beside COPY of its rows",
            made.written[each],
            "s",
            made.copied,
            Goal(AT_MOST, round(seconds * part, 2), "s", of_ratio=False),
        )
        yield Row("  the same, judged before it is handed over", made.whole[each], "s")
    yield Row(
        "  memory of the process",
        made.memory,
        "MB",
        goal=Goal(AT_MOST, 200, "MB", of_ratio=False),
    )
    for what, taken in made.pages.items():
        yield Row(
            f"Data officer: {what} of {made.year}, findings kept",
            taken,
            "ms",
            goal=Goal(AT_MOST, 200, "ms", of_ratio=False),
        )


def finding_rows() -> Iterator[Row]:
    for name, about in (
        (finding.TUNED, "it was tuned on"),
        (finding.UNSEEN, "it was not tuned on"),
    ):
        found = finding.figures(name)
        yield Row(
            f"Find: of phrases {about}, first right",
            found.first * 100,
            "%",
            goal=Goal(AT_LEAST, 95, "%", of_ratio=False),
        )
        yield Row(
            "  in the first three",
            found.in_three * 100,
            "%",
            goal=Goal(AT_LEAST, 99, "%", of_ratio=False),
        )
        yield Row(
            "  told that no code describes it",
            found.none * 100,
            "%",
            goal=Goal(AT_LEAST, 95, "%", of_ratio=False),
        )
        yield Row(
            "  CPU of one search",
            found.milliseconds,
            "ms",
            goal=Goal(AT_MOST, 30, "ms", of_ratio=False),
        )


def phrases_that_failed() -> Iterator[str]:
    """Yield each phrase that the search did not find first, with what came instead."""
    for name in (finding.TUNED, finding.UNSEEN):
        for phrase, codes in finding.figures(name).failed:
            expected = " or ".join(phrase.expected) or "no code"
            yield f"{name}: {phrase.text}: {expected}, and {codes[0] if codes else 'nothing'} came"
