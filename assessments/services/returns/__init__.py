"""Census files made of our records, for somebody who may have them, and what is kept about them."""

from assessments.services.returns.checking import check_year
from assessments.services.returns.explaining import ExplainedMeanwhile, explain_query
from assessments.services.returns.exporting import (
    Export,
    Exported,
    Format,
    export_return,
)
from assessments.services.returns.merging import Merge, Merged, Outcome, merge_return
from assessments.services.returns.parts import (
    FILE,
    UPLOAD,
    PartsFile,
    is_readable,
    parts_of,
    rows_of,
)
from assessments.services.returns.reconciling import Reconciliation, reconcile_return
from assessments.services.returns.refusals import (
    EmptyReturn,
    ErrorsStand,
    NoAuthorityNumber,
    OtherAuthority,
    ReadBackDiffers,
    RestrictedRecords,
    ReturnRefused,
    TooMuchKept,
)
from assessments.services.returns.submitting import record_submission
from assessments.services.returns.tasks import (
    begin_upload,
    discard_task,
    look_after_tasks,
    start_task,
    start_uploaded,
    stop_task,
)

__all__ = [
    "FILE",
    "UPLOAD",
    "EmptyReturn",
    "ErrorsStand",
    "ExplainedMeanwhile",
    "Export",
    "Exported",
    "Format",
    "Merge",
    "Merged",
    "NoAuthorityNumber",
    "OtherAuthority",
    "Outcome",
    "PartsFile",
    "ReadBackDiffers",
    "Reconciliation",
    "RestrictedRecords",
    "ReturnRefused",
    "TooMuchKept",
    "begin_upload",
    "check_year",
    "discard_task",
    "explain_query",
    "export_return",
    "is_readable",
    "look_after_tasks",
    "merge_return",
    "parts_of",
    "reconcile_return",
    "record_submission",
    "rows_of",
    "start_task",
    "start_uploaded",
    "stop_task",
]
