"""A file made of a year's records, for a data officer to take away."""

from __future__ import annotations

import tempfile
from typing import BinaryIO, cast

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from assessments import queries
from assessments.models import CensusTask
from assessments.pages.census.forms import ExportForm
from assessments.pages.census.views import MOST_CHILDREN_AT_ONCE, census_page
from assessments.presenters.census_tasks import name_of_export
from assessments.services.returns import (
    ErrorsStand,
    Export,
    Format,
    ReturnRefused,
    export_return,
    start_task,
)
from cinfactors.accounts.requests import SignedInRequest

IN_MEMORY = 16 * 1024 * 1024
"""Bytes of a file kept in memory; more go to a file that has no name and is gone when it was
sent."""
TYPES = {Format.XML: "application/xml"}


@require_POST
def export(request: SignedInRequest) -> HttpResponse | FileResponse:
    """Give the file, once it was read back and judged; or the page, with why there is none."""
    if not queries.may_make_census_files(request.user):
        raise Http404
    today = timezone.localdate()
    years = queries.return_years(today)
    form = ExportForm(request.POST, years=years)
    if not form.is_valid():
        return census_page(request, form.data.get("year", ""), export_form=form, status=422)
    year = years[form.cleaned_data["year"]]
    wanted = Export(
        year=year,
        on=min(today, year.reference_date),
        made_at=timezone.localtime().replace(tzinfo=None).isoformat("T", "seconds"),
        format=Format(form.cleaned_data["format"]),
        allow_errors=form.cleaned_data["allow_errors"],
    )
    children = queries.number_of_children_in_return(year, today)
    if children > MOST_CHILDREN_AT_ONCE:
        try:
            task = start_task(
                CensusTask.Kind.EXPORT,
                by=request.user,
                year=year.name,
                children=children,
                options={"format": wanted.format.value, "allow_errors": wanted.allow_errors},
                address=request.audit_context.address,
                request_id=request.id,
            )
        except ReturnRefused as refusal:
            form.add_error("format", str(refusal))
            return census_page(request, year.name, export_form=form, status=422)
        return redirect("census_task", task.reference)
    spooled = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  sent, then closed
    file = cast(BinaryIO, spooled)
    try:
        export_return(
            wanted,
            by=request.user,
            file=file,
            address=request.audit_context.address,
            request_id=request.id,
        )
    except ReturnRefused as refusal:
        file.close()
        field = "allow_errors" if isinstance(refusal, ErrorsStand) else "format"
        form.add_error(field, str(refusal))
        return census_page(request, year.name, export_form=form, status=422)
    return FileResponse(
        file,
        as_attachment=True,
        filename=name_of_export(year.name, wanted.format),
        content_type=TYPES.get(wanted.format, "text/csv; charset=utf-8"),
    )
