"""The return that the case system made: sent here to be judged, compared or filled."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from assessments import queries
from assessments.models import CensusTask
from assessments.services.returns import (
    UPLOAD,
    PartsFile,
    TooMuchKept,
    begin_upload,
    discard_task,
    start_uploaded,
)
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.web.problems import problems_of
from cinfactors.web.request_bodies import MOST_WITH_FILES, accepts_files

MOST_MEGABYTES = 300
MOST_BYTES = MOST_MEGABYTES * 1024 * 1024
TOO_LARGE = (
    f"The file must be smaller than {MOST_MEGABYTES} MB. Ask whoever runs this service to do it "
    "with a command on the server"
)
WHAT_TO_DO = (
    (CensusTask.Kind.JUDGE.value, "Check it by the census rules"),
    (CensusTask.Kind.RECONCILE.value, "Compare it with what is recorded here"),
    (CensusTask.Kind.MERGE.value, "Put the factors recorded here into it"),
)


class ReturnForm(forms.Form):
    """A return and what to do with it."""

    action = forms.ChoiceField(
        label="What do you want to do with it?",
        choices=WHAT_TO_DO,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Select what to do with the return",
            "invalid_choice": "Select what to do with the return",
        },
    )
    replacing = forms.BooleanField(
        label="Also replace factors there that differ from those recorded here", required=False
    )
    file = forms.FileField(
        label="The return, as XML",
        error_messages={
            "required": "Select the return that your case system made",
            "missing": "Select the return that your case system made",
            "invalid": "Select the return that your case system made",
            "empty": "The file is empty. Make it again in the case system",
        },
    )

    def refuse_file(self, why: str) -> None:
        self.errors.clear()
        self.add_error("file", why)


class _Receiving(FileUploadHandler):
    """Keeps the file encrypted in the database as it comes in, and never on a disk."""

    chunk_size = 1024 * 1024

    def __init__(self, request: SignedInRequest) -> None:
        super().__init__(request)
        self._asked_by = request
        self.task: CensusTask | None = None
        self.refusal = ""

    def new_file(self, field_name: str, *file: Any, **more: Any) -> None:
        super().new_file(field_name, *file, **more)
        if field_name != "file":
            raise TooManyFilesSent
        request = self._asked_by
        try:
            self.task = begin_upload(
                by=request.user, address=request.audit_context.address, request_id=request.id
            )
        except TooMuchKept as refusal:
            self.refusal = str(refusal)
            raise StopUpload(connection_reset=False) from None
        self._file = PartsFile(self.task, UPLOAD)
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._size > MOST_BYTES:
            self.refusal = TOO_LARGE
            raise StopUpload(connection_reset=False)
        self._file.write(raw_data)

    def file_complete(self, file_size: int) -> Any:
        self._file.finish()
        # Its name may hold anything, and is not kept.
        return UploadedFile(io.BytesIO(), name="return.xml", size=file_size)


@method_decorator(
    [csrf_exempt, transaction.non_atomic_requests, accepts_files, recovers_form], name="dispatch"
)
class Upload(View):
    """Take a return in, part by part; each is kept as it comes, and all of them or none count.

    Whether the page's own form sent it is looked at once the handler is there, since that reads
    what was posted.
    """

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not queries.may_make_census_files(request.user):
            return csrf_protect(_nothing_here)(request)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: SignedInRequest) -> HttpResponse:
        form = ReturnForm(request.unsent_draft)
        form.errors.pop("file", None)  # the page says that it was not kept
        return _page(request, form)

    def post(self, request: SignedInRequest) -> HttpResponse:
        form = ReturnForm({})
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_WITH_FILES:
            form.refuse_file(TOO_LARGE)
            return _page(request, form, status=413)
        receiving = _Receiving(request)
        request.upload_handlers = [receiving]
        taken = False
        try:
            response: HttpResponse = csrf_protect(partial(_receive, receiving))(request)
            taken = response.status_code == 302
        finally:
            if receiving.task is not None and not taken:
                discard_task(receiving.task)
        return response


def _nothing_here(request: SignedInRequest) -> HttpResponse:
    raise Http404


def _receive(receiving: _Receiving, request: SignedInRequest) -> HttpResponse:
    form = ReturnForm(request.POST, request.FILES)
    if receiving.refusal:
        form.refuse_file(receiving.refusal)
    if not form.is_valid() or receiving.task is None:
        return _page(request, form, status=422)
    kind = CensusTask.Kind(form.cleaned_data["action"])
    receiving.task.of = form.cleaned_data["file"].size
    start_uploaded(receiving.task, kind, {"replacing": form.cleaned_data["replacing"]})
    return redirect("census_task", receiving.task.reference)


def _page(request: SignedInRequest, form: ReturnForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "problems": problems_of(form),
        "tasks": queries.census_tasks_of(request.user),
        "most_megabytes": MOST_MEGABYTES,
        "may_export_restricted": queries.may_export_restricted(request.user),
    }
    return render(request, "pages/census/return.html", context, status=status)
