"""Judges a child by the rules of a census year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from assessments.catalogue.errors import CatalogueError
from assessments.census.message import Assessment, Child, Episode
from assessments.census.rules.assessment_kinds import ASSESSMENT_KINDS
from assessments.census.rules.child_kinds import CHILD_KINDS
from assessments.census.rules.episode_kinds import EPISODE_KINDS
from assessments.census.rules.field_kinds import FIELD_KINDS
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


Checks = tuple[tuple[Check, Rule], ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """The checks of a level that need the same field."""

    needed: Any
    """Returns the field of a part; None for checks that are always made."""
    own: Checks
    """Those that look at the part alone."""
    wide: Checks
    """Those that look at what it stands in too."""


class Judge:
    """Judges children, one after the other."""

    def __init__(self, rules: Iterable[Rule], context: Context) -> None:
        """Raise CatalogueError where a rule names a kind or a setting that there is not."""
        self._context = context
        rules = tuple(rules)
        self._children = _groups(Level.CHILD, rules, context)
        self._episodes = _groups(Level.EPISODE, rules, context)
        self._assessments = _groups(Level.ASSESSMENT, rules, context)
        self._faults = {rule.number: rule for rule in rules if rule.kind == FAULT}

    def findings(self, position: int, child: Child) -> list[Finding]:
        """Return everything that is found in the child, which is the file's `position`th."""
        found: list[Finding] = []
        for group in self._children:
            if group.needed is None or group.needed(child):
                for check, rule in group.own:
                    if (raised := check(child)) is not None:
                        found.append(self.finding(rule, raised, child, position))
        if child.faults:
            self._add_faults(found, child, child, position)
        for number, episode in enumerate(child.episodes, start=1):
            at = (position, number)
            for group in self._episodes:
                if group.needed is None or group.needed(episode):
                    for check, rule in group.own:
                        if (raised := check(episode)) is not None:
                            found.append(self.finding(rule, raised, child, *at))
                    for check, rule in group.wide:
                        if (raised := check(child, episode)) is not None:
                            found.append(self.finding(rule, raised, child, *at))
            if episode.faults:
                self._add_faults(found, episode, child, *at)
            for place, assessment in enumerate(episode.assessments, start=1):
                self._judge_assessment(found, child, episode, assessment, (*at, place))
        return found

    def _judge_assessment(
        self,
        found: list[Finding],
        child: Child,
        episode: Episode,
        assessment: Assessment,
        at: tuple[int, int, int],
    ) -> None:
        for group in self._assessments:
            if group.needed is None or group.needed(assessment):
                for check, rule in group.own:
                    if (raised := check(assessment)) is not None:
                        found.append(self.finding(rule, raised, child, *at))
                for check, rule in group.wide:
                    if (raised := check(child, episode, assessment)) is not None:
                        found.append(self.finding(rule, raised, child, *at))
        if assessment.faults:
            self._add_faults(found, assessment, child, *at)

    def _add_faults(
        self, found: list[Finding], part: Child | Episode | Assessment, child: Child, *at: int
    ) -> None:
        for fault in part.faults:
            # What is neither true nor false has a rule of the census: see 8568.
            if rule := self._faults.get(fault.kind):
                found.append(self.finding(rule, Raised({"element": fault.element}), child, *at))

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
        if raised.if_still_open and self._context.day < self._context.year.reference_date:
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
        )


def _groups(level: Level, rules: Iterable[Rule], context: Context) -> tuple[_Group, ...]:
    by_need: dict[str, tuple[list[tuple[Check, Rule]], list[tuple[Check, Rule]]]] = {}
    for rule in rules:
        if rule.level is level:
            own, wide = by_need.setdefault(rule.needs, ([], []))
            apart = rule.kind in FIELD_KINDS or level is Level.CHILD
            (own if apart else wide).append((check_of(rule, KINDS[level], context), rule))
    return tuple(
        _Group(attrgetter(needs) if needs else None, tuple(own), tuple(wide))
        for needs, (own, wide) in by_need.items()
    )


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
