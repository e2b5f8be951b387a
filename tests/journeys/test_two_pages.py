"""Two pages of one assessment, used in turn and at once: nothing that either added is lost unasked.

The same through the services, in more walks: `tests.services.test_stale_pages`.
"""

from __future__ import annotations

from random import Random

import pytest
from playwright.sync_api import expect

from assessments.catalogue import loader
from assessments.models import Assessment
from tests import people as given
from tests.journeys.visitor import Visitor

SEEDS, STEPS = range(6), 14
CODES = ["1A", "3A", "3B", "9A", "13A", "16A", "20"]
[ALONE] = loader.edition("2021-04").solitary_codes
AT_REST = "#factors:is([data-save-state=saved], [data-save-state=open], [data-save-state=conflict])"


class Tab:
    """One of the two pages, which takes steps at random."""

    def __init__(self, visitor: Visitor, draft: Assessment, random: Random) -> None:
        self.visitor, self.page, self.random = visitor, visitor.page, random
        visitor.opens_factors(draft)

    def ticked(self) -> set[str]:
        return {*self.visitor.ticked()}

    def changes(self) -> tuple[set[str], set[str]]:
        """Tick, untick or describe; return what was added and what was removed."""
        before = self.ticked()
        description = self.page.get_by_label("Describe what was found")
        if description.is_visible() and self.random.random() < 0.4:
            description.fill(f"Words {self.random.randrange(100)}")
        else:
            for code in self.random.sample(CODES, self.random.choice([1, 1, 2])):
                self.visitor.box(code).click()
        after = self.ticked()
        return after - before, before - after

    def says_that_there_are_none(self) -> None:
        """Untick everything, and tick that nothing was identified.

        What the other page removed can come in meanwhile, so a click may also tick a box again.
        """
        for code in sorted(self.ticked()):
            self.visitor.box(code).click()
        self.visitor.box(ALONE).click()

    def undoes(self) -> bool:
        undo = self.page.locator("#undo-merge")
        if not undo.is_visible():
            return False
        undo.click()
        return True

    def rests(self) -> bool:
        """Wait until all is answered, choosing where it is asked; whether it was."""
        expect(self.page.locator(AT_REST)).to_have_count(1)
        was_asked = False
        # What is chosen can lead to another question, such as 21 ticked beside it meanwhile.
        for _ in range(3):
            if not self.page.locator("#conflict").is_visible():
                break
            was_asked = True
            expect(self.page.locator("#conflict input:checked")).to_have_count(0)
            for group in self.page.locator("#conflict fieldset").all():
                group.get_by_role("radio").nth(self.random.randrange(2)).check()
            self.visitor.presses_in_place("Save these choices")
            expect(self.page.locator("#conflict input:checked")).to_have_count(0)
            expect(self.page.locator(AT_REST)).to_have_count(1)
        expect(self.page.locator("#conflict")).to_have_count(0)
        return was_asked


@pytest.mark.parametrize("seed", SEEDS)
def test_two_pages_lose_nothing_unasked(ada, draft, seed):
    random = Random(seed)  # noqa: S311
    tabs = [Tab(each, draft, random) for each in (ada, ada.opens_another_tab())]
    wanted: set[str] = set()
    for _ in range(STEPS):
        first, second = random.sample(tabs, 2)
        match random.choices(["one", "at once", "none", "undo"], [5, 3, 1, 1])[0]:
            case "one":
                added, removed = first.changes()
                is_asked = first.rests()
            case "at once":
                # What both change is sent before either is answered; what one adds and the other
                # removes are different codes, since neither has them then and the other has.
                changes = [first.changes(), second.changes()]
                asked = [first.rests(), second.rests()]
                added, removed = (set().union(*each) for each in zip(*changes, strict=True))
                is_asked = any(asked)
                if added & removed:
                    is_asked = True  # one page was behind, and the later of the two stands
            case "none":
                first.says_that_there_are_none()
                first.rests()
                added, removed, is_asked = set(), set(), True
            case _:
                is_asked = first.undoes()
                first.rests()
                added, removed = set(), set()
        stored = {*given.codes_of(draft)}
        assert len(stored) == 1 or ALONE not in stored
        wanted = (wanted | added) - removed
        if is_asked or ALONE in wanted | stored:
            wanted = stored
        assert wanted == stored
    for tab in tabs:
        # A page that goes on, shows all of it.
        tab.visitor.box("22A").click()
        tab.rests()
        assert tab.ticked() - {ALONE} == {*given.codes_of(draft)} - {ALONE}
        expect(tab.page.locator("#conflict")).to_have_count(0)
