"""The record: children, episodes of need, assessments and what was decided about them.

Fields, constraints and questions about one row. The constraints on codes come from the catalogue
(`manage.py makeeditionmigration`), the changes of status from `transitions`; all that the
database guards is listed in `assessments/database/README.md`. Writes go through
`assessments.services`, reads for a person through `assessments.queries`.
"""

from assessments.models.assessments import (
    NEVER_COUNTED,
    NOT_COMPLETED,
    WITH_THE_WORKER,
    Assessment,
    Outcome,
    Status,
    Version,
)
from assessments.models.census import (
    CensusCheck,
    CensusFinding,
    CensusLateAssessment,
    CensusNote,
)
from assessments.models.census_submissions import CensusSubmission, CensusSubmittedAssessment
from assessments.models.census_tasks import CensusTask, CensusTaskPart
from assessments.models.children import LA_CHILD_ID, Child, Episode, NamedPerson
from assessments.models.code_sets import (
    NOT_YET_OBTAINED,
    PrimaryNeed,
    ReasonForClosure,
    ReferralSource,
    Sex,
)
from assessments.models.corrections import FactsCorrection
from assessments.models.decisions import (
    IdempotencyKey,
    PinnedComment,
    Reply,
    Review,
    ReviewRead,
    RuleAnswer,
)
from assessments.models.duplicates import LikelyDuplicate

__all__ = [
    "LA_CHILD_ID",
    "NEVER_COUNTED",
    "NOT_COMPLETED",
    "NOT_YET_OBTAINED",
    "WITH_THE_WORKER",
    "Assessment",
    "CensusCheck",
    "CensusFinding",
    "CensusLateAssessment",
    "CensusNote",
    "CensusSubmission",
    "CensusSubmittedAssessment",
    "CensusTask",
    "CensusTaskPart",
    "Child",
    "Episode",
    "FactsCorrection",
    "IdempotencyKey",
    "LikelyDuplicate",
    "NamedPerson",
    "Outcome",
    "PinnedComment",
    "PrimaryNeed",
    "ReasonForClosure",
    "ReferralSource",
    "Reply",
    "Review",
    "ReviewRead",
    "RuleAnswer",
    "Sex",
    "Status",
    "Version",
]
