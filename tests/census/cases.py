"""For each rule of the census: a return that breaks it, one that keeps it, and when it holds.

Severities and years are those of the census's own list of rules, written down here once more so
that a slip in the product's data is found.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.census.returns import (
    ASSESSMENT,
    CHILD,
    EPISODE,
    SEX,
    Edit,
    set_to,
    tag,
)

FACTORS = tag("AssessmentFactors", "3B")
START = tag("AssessmentActualStartDate", "{Y}-05-12")
AUTHORISED = tag("AssessmentAuthorisationDate", "{Y}-07-14")
REFERRAL = tag("CINreferralDate", "{Y}-05-12")
NEED = tag("PrimaryNeedCode", "N1")
NFA = tag("ReferralNFA", "false")
BIRTH = tag("PersonBirthDate", "2010-06-09")
UPN = tag("UPN", "T330201500001")
WRAPPER = ASSESSMENT[ASSESSMENT.index("          <Factors") : ASSESSMENT.index("        </Assessm")]
DISABILITIES = CHILD[CHILD.index("        <Disabilities>") : CHILD.index("      </ChildChar")]
OPEN_ASSESSMENT: list[Edit] = [(AUTHORISED, ""), (WRAPPER, "")]
LATE: list[Edit] = [
    (REFERRAL, tag("CINreferralDate", "{Z}-02-02")),
    (START, tag("AssessmentActualStartDate", "{Z}-02-16")),
    *OPEN_ASSESSMENT,
]
ONLY_21: list[Edit] = [
    (FACTORS, tag("AssessmentFactors", "21")),
    (tag("AssessmentFactors", "5A"), ""),
    (DISABILITIES, DISABILITIES),
]
UNBORN: list[Edit] = [
    (UPN, tag("UPNunknown", "UN1")),
    (BIRTH, tag("ExpectedPersonBirthDate", "{Z}-05-09")),
    (REFERRAL, tag("CINreferralDate", "{Z}-02-02")),
    (START, tag("AssessmentActualStartDate", "{Z}-02-16")),
    (AUTHORISED, tag("AssessmentAuthorisationDate", "{Z}-03-16")),
]

JUST_UNBORN: list[Edit] = [
    *UNBORN[:2],
    (REFERRAL, tag("CINreferralDate", "{Z}-03-03")),
    (START, tag("AssessmentActualStartDate", "{Z}-03-03")),
    UNBORN[4],
]


def closed(day: str = "{Y}-09-19", reason: str = "RC7") -> Edit:
    dates = tag("CINclosureDate", day) + tag("ReasonForClosure", reason)
    return (NEED, NEED + dates)


def dead(day: str) -> Edit:
    return (SEX, SEX + tag("PersonDeathDate", day))


def assessment(start: str, authorised: str | None) -> str:
    text = ASSESSMENT.replace(START, tag("AssessmentActualStartDate", start))
    if authorised is None:
        return text.replace(AUTHORISED, "").replace(WRAPPER, "")
    return text.replace(AUTHORISED, tag("AssessmentAuthorisationDate", authorised))


def episode(referral: str, closure: str | None, *, nfa: str = "false") -> str:
    """Return an episode without an assessment."""
    text = EPISODE.replace(ASSESSMENT, "").replace(REFERRAL, tag("CINreferralDate", referral))
    text = text.replace(NFA, tag("ReferralNFA", nfa))
    if closure is not None:
        text = text.replace(*closed(closure))
    return text


def another_episode(*options, **more) -> Edit:
    return (EPISODE, EPISODE + episode(*options, **more))


def another_assessment(*options) -> Edit:
    return (ASSESSMENT, ASSESSMENT + assessment(*options))


def another_child(child_id: str, upn: str) -> Edit:
    return (CHILD, CHILD + CHILD.replace("CHILD1", child_id).replace(UPN, upn))


def module(name: str, content: str) -> Edit:
    return (NFA, tag(name, content) + NFA)


ENQUIRY = tag("S47ActualStartDate", "{Y}-05-20") + tag("ICPCnotRequired", "true")
PLAN = tag("CINPlanStartDate", "{Y}-08-01") + tag("CINPlanEndDate", "{Y}-09-01")


@dataclass(frozen=True)
class Case:
    """One way to break a rule. `place` is child, episode, assessment."""

    rule: str
    severity: str
    broken: list[Edit]
    kept: list[Edit]
    place: tuple[int | None, int | None, int | None]
    first_year: str = "2016-17"
    last_year: str = "2026-27"
    query_from: str = ""
    also: frozenset[str] = frozenset()
    """Rules that cannot but be broken with it, in some years at least."""
    sometimes_kept: frozenset[str] = frozenset()
    """Rules that the kept one breaks in some years."""

    def __str__(self) -> str:
        return self.rule

    def severity_in(self, year: str) -> str | None:
        if not self.first_year <= year <= self.last_year:
            return None
        return "query" if self.query_from and year >= self.query_from else self.severity


FILE = (None, None, None)
ONE = (1, None, None)
TWO = (2, None, None)
EPISODE_1, EPISODE_2 = (1, 1, None), (1, 2, None)
FIRST, SECOND = (1, 1, 1), (1, 1, 2)


def also(*rules: str) -> frozenset[str]:
    return frozenset(rules)


OF_THE_FILE = [
    Case(
        "100",
        "error",
        [set_to("ReferenceDate", "{Z}-03-31", "{Z}-03-30")],
        [],
        FILE,
    ),
    Case("100", "error", [set_to("ReferenceDate", "{Z}-03-31", None)], [], FILE),
    Case(
        "8510",
        "error",
        [another_child("CHILD1", tag("UPNunknown", "UN5"))],
        [another_child("CHILD2", tag("UPNunknown", "UN5"))],
        TWO,
    ),
    Case(
        "1520",
        "error",
        [another_child("CHILD2", UPN)],
        [another_child("CHILD2", tag("UPN", "G330201500002"))],
        TWO,
        sometimes_kept=also("1510"),
    ),
    Case(
        "2886",
        "query",
        [(SEX, "<Sex>U</Sex>")],
        [],
        FILE,
    ),
    Case("2887", "query", [set_to("Disability", "CON", None)], [], FILE),
    Case(
        "2888",
        "query",
        [(DISABILITIES, tag("Disabilities", tag("Disability", "LD")))],
        [],
        FILE,
        also=also("2887"),
    ),
    Case(
        "not-a-date",
        "error",
        [(AUTHORISED, tag("AssessmentAuthorisationDate", "14/07/{Y}"))],
        [(AUTHORISED, tag("AssessmentAuthorisationDate", " {Y}-07-14\n"))],
        FIRST,
    ),
    Case("not-a-date", "error", [set_to("PersonBirthDate", "2010-06-09", "2010-06-31")], [], ONE),
    Case("not-a-date", "error", [closed("19.9.{Y}")], [closed()], EPISODE_1),
    Case("stands-twice", "error", [(AUTHORISED, AUTHORISED * 2)], [], FIRST),
    Case("stands-twice", "error", [(SEX, SEX * 2)], [], ONE),
    Case("stands-twice", "error", [(NFA, NFA * 2)], [], EPISODE_1),
    Case(
        "stands-twice",
        "error",
        [(WRAPPER, WRAPPER + "<FactorsIdentifiedAtAssessment/>")],
        [],
        FIRST,
    ),
    Case("not-plain-text", "error", [(NEED, tag("PrimaryNeedCode", "<a>N1</a>"))], [], EPISODE_1),
    Case(
        "not-plain-text",
        "error",
        [(FACTORS, tag("AssessmentFactor", "3B"))],
        [],
        FIRST,
    ),
    Case("unknown-element", "query", [(ASSESSMENT, ASSESSMENT + "<Assesments/>")], [], EPISODE_1),
    Case("unknown-element", "query", [(EPISODE, EPISODE + "<CINdetail/>")], [], ONE),
    Case("unknown-element", "query", [(SEX, SEX + "<Gender/>")], [], ONE),
    Case("unknown-element", "query", [(START, START + "<Team>North</Team>")], [], FIRST),
]

OF_A_CHILD = [
    Case("8500", "error", [set_to("LAchildID", "CHILD1", None)], [], ONE),
    Case(
        "1570",
        "error",
        [set_to("LAchildID", "CHILD1", "A" * 21)],
        [set_to("LAchildID", "CHILD1", "A" * 20)],
        ONE,
    ),
    Case(
        "1580",
        "error",
        [set_to("LAchildID", "CHILD1", "CHILD-1")],
        [set_to("LAchildID", "CHILD1", "child1")],
        ONE,
        "2024-25",
    ),
    Case("1510", "error", [set_to("UPN", "T330201500001", "A330201500001")], [], ONE),
    Case(
        "1530",
        "error",
        [set_to("UPN", "T330201500001", "T999201500001")],
        [],
        ONE,
        also=also("1510"),
    ),
    Case("1540", "error", [set_to("UPN", "T330201500001", "T3302015X0001")], [], ONE),
    Case(
        "1550",
        "error",
        [set_to("UPN", "T330201500001", "T33020150000S")],
        [set_to("UPN", "T330201500001", "T33020150000A")],
        ONE,
    ),
    Case(
        "1560",
        "query",
        [(UPN, UPN + tag("FormerUPN", "T33020150"))],
        [(UPN, UPN + tag("FormerUPN", "T33020150000A"))],
        ONE,
    ),
    Case("8770", "query", [(UPN, "")], [(UPN, tag("UPNunknown", "UN5"))], ONE),
    Case("8770", "query", [(UPN, tag("UPNunknown", "UN1"))], [], ONE),
    Case(
        "8770",
        "query",
        [(UPN, ""), set_to("PersonBirthDate", "2010-06-09", "{Y-3}-08-31")],
        [(UPN, ""), set_to("PersonBirthDate", "2010-06-09", "{Y-3}-09-01")],
        ONE,
        "2024-25",
    ),
    Case(
        "8770",
        "query",
        [(UPN, ""), set_to("PersonBirthDate", "2010-06-09", "{Y-5}-03-30")],
        [(UPN, tag("UPNunknown", "UN1")), set_to("PersonBirthDate", "2010-06-09", "{Y-2}-03-31")],
        ONE,
    ),
    Case(
        "8772",
        "error",
        [(UPN, tag("UPNunknown", "UN7"))],
        [
            (UPN, tag("UPNunknown", "UN7")),
            (NFA, tag("ReferralNFA", "true")),
            (ASSESSMENT, ""),
        ],
        ONE,
    ),
    Case("4180", "error", [(SEX, "<Sex>X</Sex>")], [(SEX, "<Sex>M</Sex>")], ONE),
    Case("4180", "error", [(SEX, "")], [], ONE, also=also("2886")),
    Case("8525", "query", [(BIRTH, "")], [], ONE),
    Case(
        "8525",
        "query",
        [(BIRTH, BIRTH + tag("ExpectedPersonBirthDate", "{Z}-05-01"))],
        [],
        ONE,
        also=also("8606"),
    ),
    Case(
        "8520",
        "error",
        [set_to("PersonBirthDate", "2010-06-09", "{Z}-04-01"), *LATE],
        [set_to("PersonBirthDate", "2010-06-09", "{Z}-03-31"), *LATE],
        ONE,
    ),
    Case(
        "8530",
        "query",
        [(SEX, "<Sex>U</Sex>"), *UNBORN, ("{Z}-05-09", "{Z}-02-28")],
        [(SEX, "<Sex>U</Sex>"), *UNBORN],
        ONE,
    ),
    Case(
        "8535", "query", [dead("2010-06-08")], [dead("{Y}-06-09")], ONE, also=also("8545", "8555")
    ),
    Case("8545", "query", [dead("{Z}-04-01")], [dead("{Z}-03-31")], ONE),
    Case("8545", "query", [dead("{Y}-03-31")], [dead("{Y}-05-12")], ONE, also=also("8555")),
    Case("8750", "error", UNBORN, [(SEX, "<Sex>U</Sex>"), *UNBORN], ONE),
    Case(
        "8775",
        "query",
        [set_to("PersonBirthDate", "2010-06-09", "{Y-24}-03-30")],
        [set_to("PersonBirthDate", "2010-06-09", "{Y-24}-03-31")],
        ONE,
    ),
    Case(
        "8775",
        "query",
        [set_to("PersonBirthDate", "2010-06-09", "{Y-25}-08-09"), closed()],
        [set_to("PersonBirthDate", "2010-06-09", "{Y-25}-10-09"), closed()],
        ONE,
    ),
    Case("8590", "error", [(EPISODE, "")], [], ONE),
    Case(
        "4220",
        "error",
        [set_to("Ethnicity", "WBRI", "XXXX")],
        [set_to("Ethnicity", "WBRI", "NOBT")],
        ONE,
    ),
    Case("4220", "error", [set_to("Ethnicity", "WBRI", None)], [], ONE),
    Case(
        "8540",
        "error",
        [set_to("Disability", "CON", "CONS")],
        [],
        ONE,
    ),
    Case(
        "8790",
        "error",
        [("<Disabilities>", "<Disabilities>" + tag("Disability", "NONE"))],
        [],
        ONE,
    ),
    Case(
        "8794",
        "error",
        [("<Disabilities>", "<Disabilities>" + tag("Disability", "LD"))],
        [],
        ONE,
    ),
]

OF_AN_EPISODE = [
    Case("8600", "error", [(REFERRAL, "")], [], EPISODE_1),
    Case(
        "8600",
        "error",
        [another_episode("{Z}-04-01", None, nfa="true"), closed()],
        [another_episode("{Z}-03-31", None, nfa="true"), closed()],
        EPISODE_2,
    ),
    Case("8555", "query", [dead("{Y}-05-11")], [dead("{Y}-05-12")], EPISODE_1),
    Case(
        "8585",
        "query",
        [closed(reason="RC2")],
        [closed(reason="RC2"), dead("{Y}-09-19")],
        EPISODE_1,
    ),
    Case(
        "8606",
        "error",
        [(SEX, "<Sex>U</Sex>"), *JUST_UNBORN, ("{Z}-05-09", "{Z}-12-09")],
        [(SEX, "<Sex>U</Sex>"), *JUST_UNBORN, ("{Z}-05-09", "{Z}-12-08")],
        EPISODE_1,
    ),
    Case("8568", "error", [(NFA, "")], [(NFA, tag("ReferralNFA", "0"))], EPISODE_1),
    Case("8568", "error", [(NFA, tag("ReferralNFA", "maybe"))], [], EPISODE_1),
    Case(
        "8569",
        "query",
        [(EPISODE, episode("{Y}-03-20", None, nfa="true"))],
        [(EPISODE, episode("{Y}-04-01", None, nfa="true"))],
        EPISODE_1,
    ),
    Case(
        "8866",
        "error",
        [set_to("ReferralSource", "6", "11")],
        [set_to("ReferralSource", "6", "5C")],
        EPISODE_1,
    ),
    Case("8866", "error", [set_to("ReferralSource", "6", None)], [], EPISODE_1),
    Case(
        "8866", "error", [set_to("ReferralSource", "6", "5D")], [], EPISODE_1, last_year="2021-22"
    ),
    Case(
        "8610",
        "error",
        [(NEED, "")],
        [(EPISODE, episode("{Y}-05-12", None, nfa="true")), (NEED, "")],
        EPISODE_1,
    ),
    Case(
        "8650",
        "error",
        [set_to("PrimaryNeedCode", "N1", "N10")],
        [set_to("PrimaryNeedCode", "N1", "N0")],
        EPISODE_1,
    ),
    Case(
        "8815",
        "error",
        [another_episode("{Y}-05-12", None)],
        [another_episode("{Y}-09-19", None), closed()],
        EPISODE_2,
        also=also("8820"),
    ),
    Case(
        "8816",
        "error",
        [another_episode("{Y}-06-12", "{Y}-06-20")],
        [another_episode("{Y}-04-12", "{Y}-05-12")],
        EPISODE_1,
        also=also("8820"),
    ),
    Case(
        "8820",
        "error",
        [another_episode("{Y}-09-18", "{Y}-12-01"), closed()],
        [another_episode("{Y}-09-19", "{Y}-12-01"), closed()],
        EPISODE_2,
    ),
    Case(
        "2990",
        "error",
        [closed(reason="RC8"), module("CINPlanDates", PLAN)],
        [closed(reason="RC7"), module("CINPlanDates", PLAN)],
        EPISODE_1,
    ),
    Case("2990", "error", [closed(reason="RC8"), module("Section47", ENQUIRY)], [], EPISODE_1),
    Case(
        "2990",
        "error",
        [closed(reason="RC9"), module("ChildProtectionPlans", tag("CPPstartDate", "{Y}-06-01"))],
        [],
        EPISODE_1,
        also=also("8640"),
    ),
    Case(
        "2990",
        "error",
        [
            (
                NEED,
                NEED + closed(reason="RC8")[1][len(NEED) :] + tag("DateOfInitialCPC", "{Y}-06-01"),
            ),
        ],
        [],
        EPISODE_1,
    ),
    Case(
        "2991",
        "query",
        [(ASSESSMENT, ""), module("Section47", ENQUIRY)],
        [module("Section47", ENQUIRY)],
        EPISODE_1,
    ),
    Case(
        "8831",
        "error",
        [(NFA, tag("ReferralNFA", "true"))],
        [(NFA, tag("ReferralNFA", "true")), (ASSESSMENT, "")],
        EPISODE_1,
    ),
    Case("8640", "error", [closed(reason="RC0")], [closed(reason="RC8")], EPISODE_1),
    Case("8640", "error", [closed(reason="RC9")], [], EPISODE_1, last_year="2021-22"),
    Case(
        "8805",
        "error",
        [(NEED, NEED + tag("CINclosureDate", "{Y}-09-19"))],
        [closed()],
        EPISODE_1,
    ),
    Case("8810", "error", [(NEED, NEED + tag("ReasonForClosure", "RC7"))], [], EPISODE_1),
    Case("8620", "error", [closed("{Z}-04-01")], [closed("{Z}-03-31")], EPISODE_1),
    Case(
        "8630",
        "error",
        [closed("{Y}-05-11"), (ASSESSMENT, "")],
        [closed("{Y}-05-12"), (ASSESSMENT, "")],
        EPISODE_1,
    ),
    Case(
        "8825", "query", [closed(reason="RC8"), (ASSESSMENT, "")], [closed(reason="RC8")], EPISODE_1
    ),
    Case(
        "8825",
        "query",
        [closed(reason="RC9"), (ASSESSMENT, "")],
        [],
        EPISODE_1,
        also=also("8640"),
    ),
    Case(
        "8565",
        "error",
        [closed("{Y}-08-31"), module("CINPlanDates", PLAN)],
        [closed("{Y}-09-01"), module("CINPlanDates", PLAN)],
        EPISODE_1,
    ),
]

OF_AN_ASSESSMENT = [
    Case("8614", "error", [*LATE[:2], (AUTHORISED, "")], LATE, FIRST, "2021-22"),
    Case(
        "8617",
        "error",
        [(FACTORS, tag("AssessmentFactors", "8A"))],
        [(FACTORS, tag("AssessmentFactors", "8B"))],
        FIRST,
        last_year="2021-22",
        also=also("8897"),
    ),
    Case(
        "8869",
        "error",
        [closed(reason="RC8"), (FACTORS, tag("AssessmentFactors", "21"))],
        [],
        FIRST,
    ),
    Case(
        "8873",
        "error",
        [closed(reason="RC7"), *ONLY_21],
        [closed(reason="RC8"), *ONLY_21],
        FIRST,
        query_from="2022-23",
        also=also("8899"),
        sometimes_kept=also("8899"),
    ),
    Case("8873", "error", ONLY_21, [], FIRST, query_from="2022-23", also=also("8899")),
    Case(
        "8873",
        "error",
        [closed(reason="RC9"), *ONLY_21],
        [],
        FIRST,
        last_year="2021-22",
        also=also("8640", "8899"),
    ),
    Case("8897", "error", [(WRAPPER, "")], [], FIRST, query_from="2022-23", also=also("8899")),
    Case(
        "8897",
        "error",
        [(WRAPPER, "<FactorsIdentifiedAtAssessment/>")],
        [],
        FIRST,
        query_from="2022-23",
        also=also("8899"),
    ),
    Case(
        "8897",
        "error",
        [(FACTORS, tag("AssessmentFactors", "3Z"))],
        [],
        FIRST,
        query_from="2022-23",
    ),
    Case(
        "8897", "error", [(FACTORS, tag("AssessmentFactors", ""))], [], FIRST, query_from="2022-23"
    ),
    Case(
        "8897",
        "error",
        [(FACTORS, tag("AssessmentFactors", "24A"))],
        [],
        FIRST,
        last_year="2020-21",
    ),
    Case(
        "8897",
        "error",
        [(FACTORS, tag("AssessmentFactors", "18B"))],
        [],
        FIRST,
        last_year="2019-20",
    ),
    Case("8898", "error", [(FACTORS, FACTORS * 2)], [], FIRST),
    Case(
        "8899",
        "query",
        [(tag("AssessmentFactors", "5A"), "")],
        [(tag("AssessmentFactors", "5A"), tag("AssessmentFactors", "6A"))],
        FIRST,
        last_year="2021-22",
    ),
    Case(
        "8945",
        "query",
        [(FACTORS, tag("AssessmentFactors", "18A"))],
        [(FACTORS, tag("AssessmentFactors", "17A"))],
        FIRST,
        "2024-25",
    ),
    Case("8950", "query", [(FACTORS, tag("AssessmentFactors", "19A"))], [], FIRST, "2024-25"),
    Case(
        "1103",
        "error",
        [(START, tag("AssessmentActualStartDate", "{Y}-05-11"))],
        [],
        FIRST,
    ),
    Case(
        "8608",
        "error",
        [(START, tag("AssessmentActualStartDate", "{Y}-07-15"))],
        [(START, tag("AssessmentActualStartDate", "{Y}-07-14"))],
        FIRST,
    ),
    Case(
        "8696",
        "error",
        [(AUTHORISED, tag("AssessmentAuthorisationDate", "{Z}-04-01"))],
        [(AUTHORISED, tag("AssessmentAuthorisationDate", "{Z}-03-31"))],
        FIRST,
    ),
    Case(
        "8696",
        "error",
        [
            (REFERRAL, tag("CINreferralDate", "{Y}-02-12")),
            (START, tag("AssessmentActualStartDate", "{Y}-02-12")),
            (AUTHORISED, tag("AssessmentAuthorisationDate", "{Y}-03-31")),
        ],
        [
            (REFERRAL, tag("CINreferralDate", "{Y}-02-12")),
            (START, tag("AssessmentActualStartDate", "{Y}-02-12")),
            (AUTHORISED, tag("AssessmentAuthorisationDate", "{Y}-04-01")),
        ],
        FIRST,
    ),
    Case(
        "8736",
        "error",
        [*LATE[:1], (START, tag("AssessmentActualStartDate", "{Z}-04-01")), *OPEN_ASSESSMENT],
        LATE,
        FIRST,
    ),
    Case(
        "8736",
        "error",
        [
            (REFERRAL, tag("CINreferralDate", "{Y}-02-12")),
            (START, tag("AssessmentActualStartDate", "{Y}-03-31")),
            *OPEN_ASSESSMENT,
        ],
        [],
        FIRST,
        also=also("8670"),
    ),
    Case(
        "8670",
        "query",
        [(START, tag("AssessmentActualStartDate", "{Z}-01-15")), *OPEN_ASSESSMENT],
        [(START, tag("AssessmentActualStartDate", "{Z}-02-02")), *OPEN_ASSESSMENT],
        FIRST,
    ),
    Case(
        "8863",
        "error",
        [another_assessment("{Y}-07-14", "{Y}-08-20")],
        [another_assessment("{Y}-07-15", "{Y}-08-20")],
        SECOND,
        query_from="2022-23",
    ),
    Case(
        "8896",
        "error",
        [*LATE, (NFA, assessment("{Z}-02-20", None) + NFA)],
        LATE,
        SECOND,
        also=also("8863"),
    ),
    Case(
        "8867",
        "error",
        [*LATE, closed("{Z}-03-20")],
        LATE,
        FIRST,
    ),
    Case("8565", "error", [closed("{Y}-07-13")], [closed("{Y}-07-14")], FIRST),
]

CASES = [*OF_THE_FILE, *OF_A_CHILD, *OF_AN_EPISODE, *OF_AN_ASSESSMENT]
