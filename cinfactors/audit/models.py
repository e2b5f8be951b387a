"""The history: every change of a row, and every reading of a child's record.

Both tables are in a schema of their own and are written by database functions alone. Nobody
changes or deletes a row of them; the application's role may only read them. No foreign keys: an
entry outlives what it is about. `operations` says why the first migration names tables of
assessments.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Change(models.Model):
    """A row that was inserted, updated, deleted or truncated, whoever did it and however.

    `old` and `new` are the whole row. Outside a request there is no actor, address or request
    id; the database user, the time and the transaction are set by the database itself.
    """

    at = models.DateTimeField()
    transaction_id = models.BigIntegerField()
    operation = models.TextField()
    table_name = models.TextField()
    row_key = models.BigIntegerField()
    parent_key = models.BigIntegerField(
        null=True, help_text="The row that this one belongs to, as its table was recorded with"
    )
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    withheld = ArrayField(
        models.TextField(), help_text="Columns that changed and whose values are never kept"
    )
    actor_id = models.BigIntegerField(null=True)
    address = models.GenericIPAddressField(null=True)
    request_id = models.TextField()
    database_user = models.TextField()
    program = models.TextField()

    class Meta:
        managed = False
        default_permissions = ()
        db_table = '"history"."change"'

    def __str__(self) -> str:
        return f"{self.operation} of {self.table_name} {self.row_key}"


class Page(models.TextChoices):
    """Where a child's record was read, or where one stood in a list."""

    RECORD = "record", "Record"
    FACTORS = "factors", "Factors"
    CHECK = "check", "Check answers"
    SUBMITTED = "submitted", "Submitted"
    CANCEL = "cancel", "Cancel"
    HISTORY = "history", "History"
    START = "start", "Start an assessment"
    SEARCH = "search", "Search"
    LIST = "list", "List"
    DOWNLOAD = "download", "Download of a list"
    ADD = "add", "Add a child"
    REVIEW = "review", "Review"
    ADMIN = "admin", "Admin"
    READING = "reading", "Reading of records"
    READERS = "readers", "Who read a record"
    CENSUS = "census", "Census check"
    EXPORT = "export", "Export of a census year"
    MERGE = "merge", "Merge into a census return"
    RECONCILE = "reconcile", "Comparison with a census return"


def _children(meaning: str) -> ArrayField[Any, Any]:
    return ArrayField(models.BigIntegerField(), null=True, help_text=meaning)


class Reading(models.Model):
    """A page that showed children to a person, or refused to show one.

    It is of one child, or lists some, or both. What made it unusual is recorded as it was at that
    moment: teams and names change.
    """

    at = models.DateTimeField()
    transaction_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    child_id = models.BigIntegerField(null=True, help_text="The child whom the page is about")
    assessment_id = models.BigIntegerField(null=True)
    page = models.TextField(help_text="A `Page`")
    refused = models.BooleanField()
    restricted = models.BooleanField(help_text="Of the child of `child_id`, like the next two")
    out_of_team = models.BooleanField()
    same_name = models.BooleanField(help_text="Reader and child have the same family name")
    children = _children("Everybody else whose id or name the page shows")
    restricted_children = _children("Of `children`, like the next two")
    out_of_team_children = _children("Of `children`")
    same_name_children = _children("Of `children`")
    counted = _children("Outside the reader's own caseload, and not counted in the hour before")
    reason = models.TextField(default="", help_text="Why somebody asked who read the record")
    address = models.GenericIPAddressField(null=True)
    request_id = models.TextField()
    database_user = models.TextField()

    class Meta:
        managed = False
        default_permissions = ()
        db_table = '"history"."reading"'

    def __str__(self) -> str:
        return f"{self.page} read by {self.person_id}"
