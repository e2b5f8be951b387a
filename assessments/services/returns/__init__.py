"""Census files made of our records, for somebody who may have them, and what is kept about them."""

from assessments.services.returns.checking import check_year
from assessments.services.returns.explaining import explain_query
from assessments.services.returns.exporting import (
    Export,
    Exported,
    Format,
    export_return,
)
from assessments.services.returns.merging import Merge, Merged, Outcome, merge_return
from assessments.services.returns.reconciling import Reconciliation, reconcile_return
from assessments.services.returns.refusals import (
    EmptyReturn,
    ErrorsStand,
    NoAuthorityNumber,
    ReadBackDiffers,
    RestrictedRecords,
    ReturnRefused,
)

__all__ = [
    "EmptyReturn",
    "ErrorsStand",
    "Export",
    "Exported",
    "Format",
    "Merge",
    "Merged",
    "NoAuthorityNumber",
    "Outcome",
    "ReadBackDiffers",
    "Reconciliation",
    "RestrictedRecords",
    "ReturnRefused",
    "check_year",
    "explain_query",
    "export_return",
    "merge_return",
    "reconcile_return",
]
