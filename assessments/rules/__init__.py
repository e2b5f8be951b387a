"""What a selection breaks: the kinds of rule, and the findings of an edition's rules.

Pure: values in, values out; no clock, no query, no framework. Which codes a rule is about, how
severe it is and what it says are data (`catalogue/editions/*/rules.toml`); the code knows only
the kinds.
"""

from assessments.rules.evaluation import codes_at_stake, evaluate
from assessments.rules.findings import Answer, AnswerKind, Finding, unanswered
from assessments.rules.kinds import KINDS, misfits
from assessments.rules.selection import Selection, replace_codes

__all__ = [
    "KINDS",
    "Answer",
    "AnswerKind",
    "Finding",
    "Selection",
    "codes_at_stake",
    "evaluate",
    "misfits",
    "replace_codes",
    "unanswered",
]
