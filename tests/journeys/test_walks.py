"""Random walks: people who tick, type, search, press, reload and lose responses, in a browser.

Whatever they do and whatever fails, what the page shows as saved is what is stored, and nothing
that they did last is missing. The same through the client: `tests.pages.test_random_walks`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

import pytest
from django.conf import settings as configured
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from assessments.catalogue import loader
from assessments.models import Assessment
from cinfactors.accounts.models import User
from cinfactors.audit.models import Change
from tests import people as make
from tests.journeys.conftest import serving
from tests.journeys.visitor import Visitor
from tests.journeys.walking import IN_THE_PAGE, ByHand, ByScript, Network

BLOCKS, SESSIONS = 4, 51
MOVES, FIRST, MEANWHILE = 4, 6, 4
"""At most, in a session and in the two halves of a move: 40 steps."""
BY_HAND = 8
"""One session in so many uses the real mouse and keyboard."""

EDITION = loader.edition("2021-04")
ALONE, DESCRIBED = EDITION.solitary_codes, EDITION.described_codes
LOSSES = (Network.LOST_REQUEST, Network.LOST_ANSWER, Network.UNAVAILABLE)
LATE = (Network.LATE_REQUEST, Network.LATE_ANSWER)
SIGNED_OUT = "signed out"
WORDS = ("Hoarding", "Found: 3 dogs\nand a cat", "é" * 40)
TOO_MANY = "Too many words. " * 32

codes = st.sampled_from([*EDITION.codes])
asking = st.sampled_from(sorted({c for r in EDITION.rules for c in r.codes if r.adds} | {"6B"}))
special = st.sampled_from(sorted(ALONE | DESCRIBED))
place = st.integers(0, 5)
typed = st.lists(st.one_of(codes, special, st.sampled_from(["99z", "18a"])), min_size=1, max_size=3)
PRESSES = (
    *("remove", "instead", "undo", "complied", "answer", "density", "shortcuts_list", "choose"),
    *("undo_merge", "hide_merge"),
)
OVERTAKES = "17A"
"""What another tab selects, or removes."""
steps = st.one_of(
    st.tuples(st.just("tick"), codes),
    st.tuples(st.just("tick"), asking),
    st.tuples(st.just("tick"), special),
    st.tuples(st.just("press"), st.sampled_from(PRESSES), place),
    st.tuples(st.just("press"), st.sampled_from(["instead", "undo", "choose"]), place),
    st.tuples(st.just("codes"), typed.map(" ".join).map(str.lower)),
    st.tuples(st.just("find"), st.sampled_from(["knife", "county lines", "zzzz", ""])),
    st.tuples(st.just("escape")),
    st.tuples(st.just("describe"), st.sampled_from([*WORDS, "", TOO_MANY])),
    st.tuples(st.just("reason"), place, st.sampled_from(["It is so in this case", ""])),
    st.tuples(st.just("choose"), place),
)


@dataclass(frozen=True)
class Move:
    """Steps without waiting for an answer; if there is trouble, more of them in the midst of it."""

    first: list[tuple]
    trouble: tuple[str, ...]
    """The failures of the next requests."""
    meanwhile: list[tuple]
    ends: str
    """With the page at rest, reloaded, or overtaken by another tab."""


moves = st.builds(
    Move,
    st.lists(steps, min_size=1, max_size=FIRST),
    st.one_of(
        st.just(()),
        st.lists(st.sampled_from(LOSSES), min_size=1, max_size=3).map(tuple),
        st.tuples(st.sampled_from([*LATE, SIGNED_OUT])),
    ),
    st.lists(steps, min_size=1, max_size=MEANWHILE),
    st.sampled_from(["at rest"] * 6 + ["reloaded", "overtaken"]),
)


@dataclass
class Walk:
    """One session: what the person sees in front of them, and what they have done."""

    visitor: Visitor
    network: Network
    person: User
    assessment: Assessment
    by_hand: bool
    expected: set[str] = field(default_factory=set)
    """What the person has selected, whatever came of it."""
    complied: set[str] = field(default_factory=set)
    """What of it was added by a finding's own button since the page was at rest."""
    offered: set[str] = field(default_factory=set)
    """What cannot stand with it, and the page would put in its place."""
    taken_over: set[str] = field(default_factory=set)
    """What may come and go unasked: from another tab, or from before the page was loaded again."""
    answers: int = 0
    """At most so many are stored."""
    version: int = 0
    work: str = ""
    taken: int = 0

    def __post_init__(self) -> None:
        hand = ByHand if self.by_hand else ByScript
        self.hand = hand(self.visitor.page)
        self.opens()

    def opens(self) -> None:
        self.visitor.page.goto(
            f"/assessments/{self.assessment.reference}/factors/", wait_until="domcontentloaded"
        )
        page = self.rests()
        self.expected = {*page["ticked"]}
        self.looks(page)
        assert (page["work"], page["version"]) == ("saved", self.version)

    def loads_again_in_the_middle(self) -> bool:
        """Return whether anything was on its way: it arrives before the page is there, or after."""
        is_left: bool = self.visitor.page.evaluate("walk.sendsWhenItIsLeft()")
        self.visitor.page.reload(wait_until="domcontentloaded")
        page = self.rests()
        assert page["work"] == "saved"
        self.taken_over |= self.expected ^ {*page["ticked"]}
        self.expected, self.complied, self.work = {*page["ticked"]}, set(), "saved"
        return is_left

    def goes(self, move: Move) -> None:
        if move.trouble:
            self.goes_through(move)
        else:
            # By hand there is time for an answer between two steps.
            for steps in [[each] for each in move.first] if self.by_hand else [move.first]:
                self.takes(steps)
                self.looks(self.rests())
            if move.ends == "reloaded":
                self.opens()
        if move.ends == "overtaken":
            self.saves_in_another_tab()

    def goes_through(self, move: Move) -> None:
        """With trouble on the way."""
        if move.trouble == (SIGNED_OUT,):
            self.visitor.is_signed_out_by_time()
        else:
            self.network.will(*move.trouble)
        self.takes(move.first)
        is_late = self.meets(move.trouble)
        self.takes(move.meanwhile)
        is_late = is_late or self.meets(move.trouble)
        if move.trouble == (SIGNED_OUT,):
            self.signs_in()
        is_left = move.ends == "reloaded" and self.loads_again_in_the_middle()
        if is_late:
            self.network.is_in_time_again()
        if is_left:
            self.network.waits_for_what_was_left()
        self.looks(self.rests())
        self.network.coming.clear()

    def signs_in(self) -> None:
        """Elsewhere, after which the page's token is another session's."""
        self.visitor.context.clear_cookies(name=configured.CSRF_COOKIE_NAME)
        self.visitor.is_signed_in(self.person)

    def meets(self, trouble: tuple[str, ...]) -> bool:
        """Go on once it is there; whether it is a request or an answer that is late."""
        self.visitor.page.evaluate("walk.typed()")
        is_late = trouble[0] in LATE and self.visitor.page.evaluate("walk.isSaving()")
        if is_late:
            self.network.waits_until_late()
        else:
            self.visitor.page.evaluate("walk.rest()")
        return is_late

    def takes(self, steps: list[tuple]) -> None:
        for told in self.hand.takes(steps):
            if told is not None:
                self.taken += 1
                self.notes(*told)

    def notes(self, what: str, *given) -> None:
        """What the person means by a step, said of the selection."""
        if self.work == "conflict" and what in {"press", "codes"}:
            return  # not carried out, in words, before it is said what to record
        match what, *given:
            case ("tick", code, on):
                self.expected = self.expected | {code} if on else self.expected - {code}
            case ("codes", text):
                self.expected |= EDITION.codes.keys() & {*text.upper().split()}
            case ("press", "remove", code, _):
                self.expected -= {code}
            case ("press", "undo", codes, _):
                self.expected = {*codes.split()}
            case ("press", "instead", codes, _):
                chosen = {*codes.split()}
                self.expected = chosen if chosen & ALONE else self.expected - ALONE | chosen
            case ("press", "complied", value, beside):
                self.answers += 1
                _, *signed = value.split()
                # A rule that does not speak any more adds and removes nothing.
                if beside in self.expected:
                    added = {code[1:] for code in signed if code[0] == "+"}
                    self.expected |= added
                    self.complied |= added
                self.taken_over |= {code[1:] for code in signed if code[0] == "-"}
            # A reason is given by going on, too.
            case ("press", "answer", *_) | ("reason",):
                self.answers += 1

    def rests(self) -> dict:
        """What the page shows when it has nothing more to do."""
        return self.visitor.page.evaluate("walk.finish()")

    def saves_in_another_tab(self) -> None:
        current = Assessment.objects.select_related("worker").get(pk=self.assessment.pk)
        kept = [] if ALONE & {*current.codes} else current.codes
        codes = tuple({*kept} ^ {OVERTAKES})
        make.saved(current, codes=codes, other_description=current.other_description)
        self.taken_over |= {OVERTAKES, *(ALONE & {*current.codes})}

    # What must hold

    def looks(self, page: dict) -> None:
        """At the page at rest, beside what is stored."""
        stored = Assessment.objects.get(pk=self.assessment.pk)
        assert stored.version >= self.version
        self.version = stored.version
        ticked = {*page["ticked"]}
        if page["work"] in {"conflict", "refused"}:
            self.expected -= self.complied - ticked  # no rule is answered on what is not saved
        if self.work != "conflict" or page["work"] == "conflict":
            self.finds_what_it_did(ticked, {*page["offered"]})
        # What was chosen is on the page as it is stored.
        self.expected, self.complied, self.offered = ticked, set(), {*page["offered"]}
        assert (page["outOfSight"], page["movedTooLate"]) == ([], [])
        match page["work"]:
            case "saved" | "open":
                assert page["says"].startswith(("Saved", "Nothing saved yet"))
                assert page["warns"] == page["isHalfWritten"]
                self.finds_it_stored(page, stored)
            case "refused":
                assert page["says"].startswith("Not saved: the description")
                assert page["warns"]
                assert ticked & DESCRIBED
                # Of a page that was overtaken nothing is saved before that is put right.
                assert ticked == {*stored.codes} or page["version"] != stored.version
            case "conflict":
                assert page["says"].startswith("Not saved: choose what to record")
                assert page["warns"]
                assert page["asked"]
                if self.work != "conflict":
                    assert page["chosen"] == {}
            case other:
                pytest.fail(f"The page is {other}: {page['says']}")
        self.work = page["work"]

    def finds_what_it_did(self, ticked: set[str], offered: set[str]) -> None:
        """All that was selected is, but for what cannot stand with others, and is offered."""
        assert ticked - self.expected <= self.taken_over
        missing = self.expected - ticked - self.taken_over
        assert all({code} & ALONE or ticked & ALONE for code in missing)
        assert missing <= offered <= missing | self.offered | self.taken_over

    def finds_it_stored(self, page: dict, stored: Assessment) -> None:
        """What the page shows as saved is the version that it names, which may be overtaken."""
        row = {"codes": stored.codes, "other_description": stored.other_description}
        if page["version"] != stored.version:
            row = versions_of(stored)[page["version"]]
        assert page["listed"] == row["codes"]
        assert sorted(page["ticked"]) == sorted(row["codes"])
        assert page["counted"] == len(row["codes"])
        if DESCRIBED & {*row["codes"]}:
            assert page["description"].strip() == row["other_description"]
        self.person.refresh_from_db()
        assert page["other"]["density"] != self.person.density
        assert page["other"]["shortcuts"] == ("hidden" if self.person.shows_shortcuts else "shown")

    def ends(self) -> None:
        """Whatever stands against saving is put right; then all of it is stored."""
        self.takes([("describe", WORDS[0])])
        self.looks(self.rests())
        # What was overtaken again may be asked again, once.
        for _ in range(2):
            self.takes([("choose", 0), ("choose", 2), ("press", "choose", 0)])
            page = self.rests()
            self.looks(page)
        assert page["work"] in {"saved", "open"}
        if page["version"] != self.version:
            self.opens()  # it was overtaken, and nothing was done on it since
        versions = versions_of(self.assessment)
        assert [*versions] == [*range(1, self.version + 1)]
        assert all(
            len(row["codes"]) == 1 or not {*row["codes"]} & ALONE for row in versions.values()
        )
        assert self.assessment.answers.count() <= self.answers


def versions_of(assessment: Assessment) -> dict[int, dict]:
    """Each row that was ever stored, by its version, from the history."""
    changes = Change.objects.filter(
        table_name=Assessment._meta.db_table, row_key=assessment.pk
    ).order_by("pk")
    return {change.new["version"]: change.new for change in changes}


@pytest.mark.parametrize("block", range(BLOCKS))
def test_the_selection_shown_as_saved_is_the_one_stored(block, browser, people):
    network, number, taken = Network(), count(1), []
    with serving(app=network) as address:
        ada = Visitor(browser, address, viewport={"width": 1280, "height": 300})
        ada.context.add_init_script(IN_THE_PAGE)
        ada.loses_answers()
        ada.expects(503)
        ada.is_signed_in(people.ada)

        @seed(block)
        @settings(
            max_examples=SESSIONS,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=[*HealthCheck],
        )
        @given(session=st.lists(moves, min_size=2, max_size=MOVES))
        def walks(session: list[Move]) -> None:
            place = next(number)
            assessment = make.start(people.ada, f"EX{place}")
            walk = Walk(ada, network, people.ada, assessment, place % BY_HAND == 0)
            for move in session:
                walk.goes(move)
            walk.ends()
            taken.append(walk.taken)

        walks()
        assert len(taken) * BLOCKS >= 200
        assert max(taken) <= 40
        assert ada.goes_away() == []
