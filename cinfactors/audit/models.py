"""The history: every change of a row, and every reading of a child's record.

Both tables are in a schema of their own and are written by database functions alone. Nobody
changes or deletes a row of them; the application's role may only read them. No foreign keys: an
entry outlives what it is about. `operations` says why the first migration names tables of
assessments.
"""

from __future__ import annotations

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
    """Where a child's record was read."""

    RECORD = "record", "Record"
    FACTORS = "factors", "Factors"
    CHECK = "check", "Check answers"
    SUBMITTED = "submitted", "Submitted"
    CANCEL = "cancel", "Cancel"
    HISTORY = "history", "History"
    START = "start", "Start an assessment"
    SEARCH = "search", "Search by child id"
    REVIEW = "review", "Review"
    ADMIN = "admin", "Admin"
    READING = "reading", "Reading of records"


class Reading(models.Model):
    """A page that showed a child's record to a person, or refused to.

    What made it unusual is recorded as it was at that moment: teams and names change.
    """

    at = models.DateTimeField()
    transaction_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    child_id = models.BigIntegerField(null=True, help_text="None for the reading of this log")
    assessment_id = models.BigIntegerField(null=True)
    page = models.TextField(help_text="A `Page`")
    refused = models.BooleanField()
    restricted = models.BooleanField()
    out_of_team = models.BooleanField()
    same_name = models.BooleanField(help_text="Reader and child have the same family name")
    address = models.GenericIPAddressField(null=True)
    request_id = models.TextField()
    database_user = models.TextField()

    class Meta:
        managed = False
        default_permissions = ()
        db_table = '"history"."reading"'

    def __str__(self) -> str:
        return f"{self.page} read by {self.person_id}"
