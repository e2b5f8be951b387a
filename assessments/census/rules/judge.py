"""Judges a child by the rules of a census year."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from assessments.catalogue.errors import CatalogueError
from assessments.census.message import Child
from assessments.census.rules.assessment_kinds import ASSESSMENT_KINDS
from assessments.census.rules.child_kinds import CHILD_KINDS
from assessments.census.rules.episode_kinds import EPISODE_KINDS
from assessments.census.rules.field_kinds import CODE_KINDS, FIELD_KINDS
from assessments.census.rules.kinds import Check, Context, Kind, Raised
from assessments.census.rules.loader import Level, Rule, Severity

KINDS: Mapping[Level, Mapping[str, Kind]] = {
    Level.CHILD: CHILD_KINDS,
    Level.EPISODE: EPISODE_KINDS,
    Level.ASSESSMENT: ASSESSMENT_KINDS,
}
FAULT = "fault"
STILL_OPEN = "Would be refused if still open on 31 March{unless}: {message}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of a file; positions count from 1, None for what is above them."""

    rule: str
    severity: Severity
    child: int | None
    episode: int | None
    assessment: int | None
    message: str
    mend: str
    child_id: str | None = None
    if_still_open: bool = False
    """Whether it is wrong only if what is open is still open on 31 March."""


Checks = tuple[tuple[Check, Rule], ...]
Parts = tuple[Any, ...]
"""The child; the child and the episode; or these and the assessment."""

MOST_COMBINATIONS = 10_000


@dataclass(frozen=True, slots=True)
class _Group:
    """The checks of a level that need the same field."""

    needed: Callable[[Any], object]
    of: int
    """The place, among the parts, of the one whose field it is."""
    own: Checks
    """Those that look at the part alone."""
    wide: Checks
    """Those that look at what it stands in too."""


@dataclass(frozen=True, slots=True)
class _Level:
    """The checks of every child, episode or assessment, so that few of them have to be made."""

    codes: Callable[[Any], object]
    about_codes: Checks
    """Those that look at codes alone. The same combination is judged once."""
    right_codes: set[object]
    """Combinations of which nothing was said, up to a number."""
    own: Checks
    wide: Checks
    comparing: Checks
    """Those that look at others of the same level."""
    groups: tuple[_Group, ...]


class Judge:
    """Judges children, one after the other."""

    def __init__(self, rules: Iterable[Rule], context: Context) -> None:
        """Raise CatalogueError where a rule names a kind or a setting that there is not."""
        self._context = context
        rules = tuple(rules)
        self._child = _level(Level.CHILD, rules, context)
        self._episode = _level(Level.EPISODE, rules, context)
        self._assessment = _level(Level.ASSESSMENT, rules, context)
        self._faults = {rule.number: rule for rule in rules if rule.kind == FAULT}

    def findings(self, position: int, child: Child) -> list[Finding]:
        """Return everything that is found in the child, which is the file's `position`th."""
        found: list[Finding] = []
        self._judge(found, self._child, (child,), 1, position)
        episodes = child.episodes
        for number, episode in enumerate(episodes, start=1):
            self._judge(found, self._episode, (child, episode), len(episodes), position, number)
            assessments = episode.assessments
            for place, assessment in enumerate(assessments, start=1):
                parts = (child, episode, assessment)
                at = (position, number, place)
                self._judge(found, self._assessment, parts, len(assessments), *at)
        return found

    def _judge(
        self, found: list[Finding], level: _Level, parts: Parts, siblings: int, *at: int
    ) -> None:
        part = parts[-1]
        if (codes := level.codes(part)) not in level.right_codes:
            before = len(found)
            self._say(found, level.about_codes, (part,), parts, at)
            if len(found) == before and len(level.right_codes) < MOST_COMBINATIONS:
                level.right_codes.add(codes)
        for check, rule in level.own:
            if (raised := check(part)) is not None:
                found.append(self.finding(rule, raised, parts[0], *at))
        for check, rule in level.wide:
            if (raised := check(*parts)) is not None:
                found.append(self.finding(rule, raised, parts[0], *at))
        for group in level.groups:
            if group.needed(parts[group.of]):
                for check, rule in group.own:
                    if (raised := check(part)) is not None:
                        found.append(self.finding(rule, raised, parts[0], *at))
                for check, rule in group.wide:
                    if (raised := check(*parts)) is not None:
                        found.append(self.finding(rule, raised, parts[0], *at))
        if siblings > 1:
            self._say(found, level.comparing, parts, parts, at)
        if part.faults:
            for fault in part.faults:
                # What is neither true nor false has a rule of the census: see 8568.
                if (named := self._faults.get(fault.kind)) is not None:
                    raised = Raised({"element": fault.element})
                    found.append(self.finding(named, raised, parts[0], *at))

    def _say(
        self,
        found: list[Finding],
        checks: Checks,
        judged: Parts,
        parts: Parts,
        at: tuple[int, ...],
    ) -> None:
        for check, rule in checks:
            if (raised := check(*judged)) is not None:
                found.append(self.finding(rule, raised, parts[0], *at))

    def finding(
        self,
        rule: Rule,
        raised: Raised,
        child: Child | None,
        position: int | None = None,
        episode: int | None = None,
        assessment: int | None = None,
    ) -> Finding:
        """Return what a rule says, in the words for the day as at which is judged."""
        message = rule.message.format_map(raised.words) if raised.words else rule.message
        if_still_open = (
            raised.if_still_open and self._context.day < self._context.year.reference_date
        )
        if if_still_open:
            unless = "" if rule.severity is Severity.ERROR else ", unless explained"
            message = STILL_OPEN.format(unless=unless, message=message)
        return Finding(
            rule.number,
            rule.severity,
            position,
            episode,
            assessment,
            message,
            rule.mend,
            child.child_id if child is not None else None,
            if_still_open,
        )


LEVELS = (Level.CHILD, Level.EPISODE, Level.ASSESSMENT)


def _level(level: Level, rules: Iterable[Rule], context: Context) -> _Level:
    about_codes: list[tuple[Check, Rule]] = []
    comparing: list[tuple[Check, Rule]] = []
    groups: dict[str, tuple[list[tuple[Check, Rule]], list[tuple[Check, Rule]]]] = {"": ([], [])}
    fields = []
    for rule in rules:
        if rule.level is level:
            checked = (check_of(rule, KINDS[level], context), rule)
            if rule.kind in CODE_KINDS:
                about_codes.append(checked)
                fields.append(rule.settings["field"])
            elif rule.compares:
                comparing.append(checked)
            else:
                own, wide = groups.setdefault(rule.needs, ([], []))
                alone = rule.kind in FIELD_KINDS or level is Level.CHILD
                (own if alone else wide).append(checked)
    own, wide = groups.pop("")
    return _Level(
        attrgetter(*dict.fromkeys(fields)) if fields else lambda part: None,
        tuple(about_codes),
        set(),
        tuple(own),
        tuple(wide),
        tuple(comparing),
        tuple(
            _Group(*_needed(needs, level), tuple(own), tuple(wide))
            for needs, (own, wide) in groups.items()
        ),
    )


def _needed(needs: str, level: Level) -> tuple[Callable[[Any], object], int]:
    """Return what gives the needed field, "child.death_date" or one of the part, and of which."""
    whose, _, name = needs.rpartition(".")
    return attrgetter(name), LEVELS.index(Level(whose) if whose else level)


def check_of(rule: Rule, kinds: Mapping[str, Kind], context: Context) -> Check:
    """Return the function that judges; raise CatalogueError for a rule that is not whole."""
    kind = FIELD_KINDS.get(rule.kind) or kinds.get(rule.kind)
    if kind is None:
        raise CatalogueError("rules", f"rule {rule.number}", f"there is no kind {rule.kind}")
    try:
        return kind(rule.settings, context)
    except KeyError as error:
        problem = f"its kind {rule.kind} needs {error}"
        raise CatalogueError("rules", f"rule {rule.number}", problem) from None
