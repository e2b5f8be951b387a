"""Check a return: everything that the rules of its census year say of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from itertools import count, islice
from pathlib import Path
from typing import Any

from assessments.census import whole_file
from assessments.census.errors import Refused
from assessments.census.message import Child, Header, Message
from assessments.census.read import Readable, read
from assessments.census.rules.judge import Finding, Judge
from assessments.census.rules.kinds import WRONG, Context
from assessments.census.rules.loader import FOLDER, Level, Rule, rules_of
from assessments.census.years import FOLDER as YEARS_FOLDER
from assessments.census.years import CensusYear, name_of_year, years

TOGETHER = 64
"""Children read before they are judged: in turns of one, a quarter of the time goes into loading
the code of the one and of the other anew; of hundreds, the first are out of the processor’s cache
when the last are read."""
Years = Mapping[str, CensusYear]


class NotInTheYear(ValueError):
    """The day as at which to judge is before the census year."""


def check(
    file: Readable,
    *,
    year: str | None = None,
    as_at: date | None = None,
    last_return: Readable | None = None,
    years_folder: Path = YEARS_FOLDER,
    rules_folder: Path = FOLDER,
) -> Iterator[Finding]:
    """Yield the findings: of the header, of each child in turn, of the whole file.

    `year` is judged by in place of the header's own. `as_at` a day before 31 March, what only
    time makes wrong is told apart. With `last_return` the numbers of the two are compared.
    Raise Refused, also after findings, which are of half a file then; NotInTheYear; KeyError for
    a `year` that there is not.
    """
    message = read(file, keep_modules=False)
    known = years(years_folder)
    counting = whole_file.counting(rules_folder)
    yield from check_message(
        message,
        known[year] if year else year_of(message.header, known),
        as_at=as_at,
        again=file,
        last=lambda: None if last_return is None else _counts_of(last_return, known, counting),
        rules_folder=rules_folder,
    )


def check_message(
    message: Message,
    year: CensusYear,
    *,
    as_at: date | None = None,
    without: Collection[str] = (),
    again: Readable | None = None,
    last: Callable[[], whole_file.Counts | None] = lambda: None,
    rules_folder: Path = FOLDER,
) -> Iterator[Finding]:
    """Yield the findings of a return that need not be a file.

    `without` leaves out the rules about what it does not hold: see `Rule.about`. `again` is read
    once more for children whose ids stand twice. `last` counts the last return.
    """
    context = _context(year, as_at)
    rules = [rule for rule in rules_of(year.name, rules_folder) if rule.about not in without]
    judge = Judge(rules, context)
    file_rules = [rule for rule in rules if rule.level is Level.FILE]
    for rule in file_rules:
        right = message.header.reference_date == context.year.reference_date
        if rule.kind == "reference_date" and not right:
            yield judge.finding(rule, WRONG, None)
    counting = whole_file.counting(rules_folder)
    counts = whole_file.new_counts(context, counting)
    positions = count(1)
    while several := list(islice(message.children, TOGETHER)):
        for child, position in zip(several, positions, strict=False):
            counts.add(child)
            yield from judge.findings(position, child)
    counts.count_codes()
    repeated: dict[int, list[Rule]] = {}
    for rule in file_rules:
        if rule.kind == "twice_in_the_file":
            for position in counts.repeated(rule.settings["field"]):
                repeated.setdefault(position, []).append(rule)
    for position, found in _children_at(repeated, again):
        for rule in repeated[position]:
            yield judge.finding(rule, WRONG, found, position)
    try:
        counts_of_last = last()
    except Refused as error:
        raise Refused(f"the last return: {error.reason}", error.line) from None
    shares = counting["expected_shares"]
    for rule, raised in whole_file.said_of_the_file(file_rules, counts, counts_of_last, shares):
        yield judge.finding(rule, raised, None)


def _children_at(
    positions: Collection[int], file: Readable | None
) -> Iterator[tuple[int, Child | None]]:
    """Yield the children at those positions, read once more, since none of them was kept.

    None in place of a child where the file cannot be read from its beginning again.
    """
    if positions and isinstance(file, io.IOBase) and file.seekable():
        file.seek(0)
        for position, child in enumerate(read(file, keep_modules=False).children, start=1):
            if position in positions:
                yield position, child
    else:
        yield from ((position, None) for position in sorted(positions))


def _counts_of(file: Readable, known: Years, counting: Mapping[str, Any]) -> whole_file.Counts:
    message = read(file, keep_modules=False)
    context = _context(year_of(message.header, known), None)
    counts = whole_file.new_counts(context, counting)
    for child in message.children:
        counts.add(child)
    counts.count_codes()
    return counts


def year_of(header: Header, known: Years) -> CensusYear:
    """Return the census year of a return. Raise Refused where its header does not say it."""
    text = header.year or ""
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise Refused(
            "its header does not say the year in which the census ends; name the census year"
        )
    name = name_of_year(int(text))
    if name not in known:
        raise Refused(
            f"its census year is {name}, and the rules held here are those of {min(known)}"
            f" to {max(known)}; name the census year to judge by"
        )
    return known[name]


def _context(year: CensusYear, as_at: date | None) -> Context:
    if as_at is not None and as_at < year.first_day:
        raise NotInTheYear(f"{as_at} is before the census year {year.name}")
    return Context(year, min(as_at or year.reference_date, year.reference_date))
