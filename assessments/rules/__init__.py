"""What a selection breaks: the kinds of rule, and the findings of an edition's rules.

Pure: values in, values out; no clock, no query, no framework. Which codes a rule is about, how
severe it is and its message are data (`catalogue/editions/*/rules.toml`); the code knows only the
kinds. A rule "speaks" of a selection when its condition is met: that gives a finding.
"""

from assessments.rules.evaluation import evaluate
from assessments.rules.findings import Answer, AnswerKind, Finding, Way, unanswered
from assessments.rules.kinds import KINDS, field_errors
from assessments.rules.selection import Selection, replace_codes

__all__ = [
    "KINDS",
    "Answer",
    "AnswerKind",
    "Finding",
    "Selection",
    "Way",
    "evaluate",
    "field_errors",
    "replace_codes",
    "unanswered",
]
