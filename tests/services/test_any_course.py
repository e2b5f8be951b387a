"""Random courses of recording and deciding: the database holds what was last accepted."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assessments import queries, rules, services
from assessments.catalogue import loader
from assessments.catalogue.types import Severity, code_order
from assessments.evaluation import evaluate, selection_of
from assessments.models import Assessment, Outcome, Status
from assessments.services import SaveOutcome, SaveResult, SentAnswer
from tests import people as make
from tests.snapshot import everything, unchanged

EDITION = loader.edition("2021-04")
LOCKED = (Status.SUBMITTED, Status.AUTHORISED)
ALONE = {code for rule in EDITION.rules if rule.kind == "stands_alone" for code in rule.codes}

codes = st.lists(
    st.one_of(st.sampled_from(list(EDITION.codes)), st.sampled_from(["18A", "8A", "99Z", "4b"])),
    max_size=5,
) | st.lists(st.sampled_from(list(EDITION.codes)), max_size=4, unique=True)


class Course(RuleBasedStateMachine):
    """One assessment; `expected` is what the services have accepted, which it must hold."""

    def __init__(self) -> None:
        super().__init__()
        people = make.make_people()
        self.mo = people.mo
        self.assessment = make.start(people.ada)
        self.expected = (Status.DRAFT.value, (), "", 1, 0)
        self.counted: tuple[str, ...] | None = None

    def call(self, service, **values):
        """Call the service for the page as it is. A refusal is returned, and stores nothing."""
        before = everything()
        version = self.expected[3]
        try:
            self.assessment = service(
                assessment=self.assessment,
                by=self.assessment.worker,
                version=version,
                key=uuid.uuid4(),
                **values,
            )
        except services.Refused as refused:
            assert everything() == before
            return refused
        return None

    def save(self, **sent) -> SaveResult:
        """Save what a page sends. What is refused stores nothing."""
        before = everything()
        result = make.save(self.assessment, version=self.expected[3], **sent)
        if result.outcome is SaveOutcome.SAVED:
            self.assessment = result.assessment
        else:
            assert everything() == before
        return result

    @rule(sent=codes)
    def record(self, sent: list[str]) -> None:
        result = self.save(codes=tuple(sent), other_description="Debts")
        status, recorded, outcome, version, versions = self.expected
        lawful = (
            set(sent) <= set(EDITION.codes)
            and len(set(sent)) == len(sent)
            and not (len(sent) > 1 and ALONE & set(sent))
        )
        if status in LOCKED:
            assert result.outcome is SaveOutcome.CLOSED
        elif not lawful:
            assert result.outcome is SaveOutcome.REFUSED
        else:
            assert result.outcome is SaveOutcome.SAVED
            now = tuple(sorted(sent, key=code_order))
            self.expected = (status, now, outcome, version + (now != recorded), versions)

    @rule(outcome=st.sampled_from([*Outcome.values, "closed"]))
    def set_outcome(self, outcome: str) -> None:
        result = self.save(outcome=outcome)
        status, recorded, _, version, versions = self.expected
        if status in LOCKED:
            assert result.outcome is SaveOutcome.CLOSED
        elif outcome not in Outcome.values:
            assert result.refused.keys() == {"outcome"}
        else:
            assert (result.outcome, result.refused) == (SaveOutcome.SAVED, {})
            is_change = outcome != self.expected[2]
            self.expected = (status, recorded, outcome, version + is_change, versions)

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        unanswered = evaluate(self.assessment).open
        if not unanswered or self.expected[0] in LOCKED:
            return
        found = data.draw(st.sampled_from(unanswered))
        kinds = ["reason" if found.rule.severity is Severity.EXPLAIN else "considered"]
        kind = data.draw(st.sampled_from(kinds + ["complied"] * bool(found.ways)))
        way = data.draw(st.sampled_from(found.ways)) if kind == "complied" else rules.Way()
        given = SentAnswer(
            found.rule.id, kind, "So", pressed=True, adds=way.adds, removes=way.removes
        )
        result = self.save(answers=(given,))
        assert (result.outcome, result.refused) == (SaveOutcome.SAVED, {})
        status, recorded, outcome, version, versions = self.expected
        if kind == "complied":
            codes = ({*recorded} | {*way.adds}) - {*way.removes}
            recorded = tuple(sorted(codes, key=code_order))
        self.expected = (status, recorded, outcome, version + 1, versions)

    @rule()
    def submit(self) -> None:
        found = rules.evaluate(EDITION, selection_of(self.assessment))
        errors = [finding for finding in found if finding.is_error]
        open_ones = evaluate(self.assessment).open
        refused = self.call(services.submit)
        status, recorded, outcome, version, versions = self.expected
        if status in LOCKED:
            assert isinstance(refused, services.Locked)
        elif errors or open_ones or not outcome:
            assert isinstance(refused, services.SubmissionRefused)
        else:
            assert refused is None
            self.expected = (Status.SUBMITTED, recorded, outcome, version + 1, versions + 1)

    @precondition(lambda self: self.expected[0] == Status.SUBMITTED)
    @rule()
    def withdraw(self) -> None:
        assert self.call(services.withdraw_submission) is None
        _, recorded, outcome, version, versions = self.expected
        decided = self.assessment.reviews.exclude(decision="corrected").last()
        status = Status(decided.decision) if decided else Status.DRAFT
        self.expected = (status, recorded, outcome, version + 1, versions)

    @precondition(lambda self: self.expected[0] == Status.SUBMITTED)
    @rule()
    def send_back(self) -> None:
        self.assessment = make.return_it(self.assessment, self.mo)
        _, recorded, outcome, version, versions = self.expected
        self.expected = (Status.RETURNED, recorded, outcome, version + 1, versions)

    @precondition(lambda self: self.expected[0] == Status.SUBMITTED)
    @rule()
    def authorise(self) -> None:
        self.assessment = make.authorise(self.assessment, self.mo)
        _, recorded, outcome, version, versions = self.expected
        self.expected = (Status.AUTHORISED, recorded, outcome, version + 1, versions)
        self.counted = recorded

    @precondition(lambda self: self.expected[0] == Status.AUTHORISED)
    @rule()
    def reopen(self) -> None:
        self.assessment = make.reopen(self.assessment, self.mo)
        _, recorded, outcome, version, versions = self.expected
        self.expected = (Status.REOPENED, recorded, outcome, version + 1, versions)

    @precondition(lambda self: self.expected[0] == Status.AUTHORISED)
    @rule()
    def correct_the_end(self) -> None:
        start, end = self.assessment.start_date, self.assessment.end_date
        other = end - timedelta(days=1) if end > start else end + timedelta(days=1)
        self.assessment = make.correct_dates(self.assessment, self.mo, end_date=other)
        status, recorded, outcome, version, versions = self.expected
        self.expected = (status, recorded, outcome, version + 1, versions + 1)

    @precondition(lambda self: self.expected[0] == Status.SUBMITTED)
    @rule(sent=codes)
    def correct(self, sent: list[str]) -> None:
        status, recorded, outcome, version, versions = self.expected
        now = tuple(sorted(sent, key=code_order))
        posted = rules.replace_codes(selection_of(self.assessment), tuple(sent), "Debts")
        broken = [found for found in rules.evaluate(EDITION, posted) if found.is_error]
        if broken or now == recorded:
            refusal = services.SelectionRefused if broken else services.FactsRefused
            with unchanged(), pytest.raises(refusal):
                make.correct(self.assessment, self.mo, *sent, description="Debts")
        else:
            self.assessment = make.correct(self.assessment, self.mo, *sent, description="Debts")
            self.expected = (status, now, outcome, version + 1, versions + 1)

    @invariant()
    def what_is_counted_was_authorised_last(self) -> None:
        version = queries.latest_authorised_version(self.assessment)
        assert (tuple(version.codes) if version else None) == self.counted

    @invariant()
    def the_database_holds_what_was_last_accepted(self) -> None:
        row = Assessment.objects.get(pk=self.assessment.pk)
        stored = (row.status, tuple(row.codes), row.outcome, row.version, row.versions.count())
        assert stored == self.expected
        assert len(row.codes) == 1 or not ALONE & set(row.codes)
        if row.status in LOCKED:
            last = row.versions.latest("number")
            assert (last.codes, last.number) == (row.codes, self.expected[4])


def test_any_course_of_acts_leaves_what_was_last_accepted(db):
    class InItsOwnTransaction(Course):
        def __init__(self) -> None:
            self.atomic = transaction.atomic()
            self.atomic.__enter__()
            super().__init__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    run_state_machine_as_test(
        InItsOwnTransaction,
        settings=settings(
            max_examples=16,
            stateful_step_count=14,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
