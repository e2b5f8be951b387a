"""An example of each rule of the April 2021 guide broken, and of each kept.

Beside the rule itself an example names every other rule that speaks of the same selection, so
that the findings are known exactly. "Kept" is the smallest change that puts the matter right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assessments.rules import Selection


@dataclass(frozen=True)
class Example:
    broken: Selection
    kept: Selection
    also_broken: frozenset[str] = frozenset()
    """The other rules that speak of the broken selection."""
    also_kept: frozenset[str] = frozenset()
    """The rules that still speak of the kept one."""


def child(*sent: str, **facts: Any) -> Selection:
    return Selection(sent, **{"age": 9, "sex": "F", **facts})


def unborn(*sent: str, **facts: Any) -> Selection:
    return Selection(sent, **{"age": None, "unborn": True, **facts})


def ids(text: str) -> frozenset[str]:
    return frozenset(text.split())


NO_FURTHER_ACTION = "no_further_action"

EXAMPLES: dict[str, Example] = {
    "listed-codes": Example(child("4A", "18A", "4B", "4B"), child("4A", "18C", "17A", "4B")),
    "no-factors-stands-alone": Example(
        child("21", "4A", outcome=NO_FURTHER_ACTION),
        child("21", outcome=NO_FURTHER_ACTION),
    ),
    "some-factor": Example(child(), child("4A")),
    "no-factors-no-further-action": Example(
        child("21", outcome="section_47"), child("21", outcome=NO_FURTHER_ACTION)
    ),
    "no-factors-early-help": Example(
        child("21", outcome="early_help"), child("21", outcome=NO_FURTHER_ACTION)
    ),
    "other-described": Example(
        child("4A", "20", other_description=" "),
        child("4A", "20", other_description="Debts to a lender"),
    ),
    "gangs-with-criminal-exploitation": Example(child("13A"), child("13A", "24A")),
    "young-carer-age": Example(child("7A", age=18), child("7A", age=17)),
    "asylum-age": Example(child("9A", age=18), child("9A", age=17)),
    "missing-age": Example(
        child("10A", age=18),
        child("10A", age=17),
        also_broken=ids("missing-and-exploitation"),
        also_kept=ids("missing-and-exploitation"),
    ),
    "sexual-exploitation-age": Example(
        child("11A", age=18),
        child("11A", age=17),
        also_broken=ids("exploitation-is-abuse"),
        also_kept=ids("exploitation-is-abuse"),
    ),
    "criminal-exploitation-age": Example(child("24A", age=18), child("24A", age=17)),
    "child-on-child-age": Example(
        child("17A", "18B", age=18),
        child("17A", "18B", age=17),
        also_broken=ids("child-who-harmed"),
        also_kept=ids("child-who-harmed"),
    ),
    "private-fostering-age": Example(child("8B", age=16), child("8B", age=15)),
    "private-fostering-one-kind": Example(child("8B", "8C"), child("8C")),
    "fgm-girl": Example(
        child("22A", sex="M"),
        child("22A", sex="F"),
        also_broken=ids("fgm-herself"),
        also_kept=ids("fgm-herself"),
    ),
    "unborn-child": Example(unborn("1A"), child("1A", age=0)),
    "young-carer": Example(child("6B"), child("6B", "7A")),
    "child-as-victim": Example(child("3B"), child("3A", "3B")),
    "unborn-neglect": Example(
        unborn("1B"), unborn("1B", "16A"), also_kept=ids("emotional-abuse-implied")
    ),
    "fgm-herself": Example(child("12A", "22A"), child("12A")),
    "faith-not-fgm": Example(
        child("22A", "23A"),
        child("23A"),
        also_broken=ids("fgm-herself faith-setting"),
        also_kept=ids("faith-setting"),
    ),
    "asylum-with-parents": Example(child("4B", "9A"), child("4C", "9A")),
    "other-alone": Example(
        child("20", other_description="Debts to a lender"),
        child("4B", "20", other_description="Debts to a lender"),
    ),
    "disabled-child": Example(
        child("4B", disabled=True),
        child("4B", "6A", disabled=True),
    ),
    "alcohol-with-other-drugs": Example(child("1B", "2B"), child("1B", "2C")),
    "exploitation-is-abuse": Example(
        child("11A", "17A"),
        child("11A", "17A", "19C"),
    ),
    "emotional-abuse-implied": Example(child("16A"), child("16A", "17A")),
    "child-who-harmed": Example(child("17A", "19B"), child("17A", "19C")),
    "faith-setting": Example(child("12A", "23A"), child("12A")),
    "missing-and-exploitation": Example(child("10A"), child("10A", "24A")),
}
