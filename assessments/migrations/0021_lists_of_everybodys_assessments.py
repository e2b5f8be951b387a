"""Indexes in the order of the lists of who sees everybody's assessments.

Made while people go on working: without a lock, and so outside a transaction.
"""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("assessments", "0020_the_version_that_a_key_made")]

    operations = [
        AddIndexConcurrently(
            model_name="assessment",
            index=models.Index(
                condition=models.Q(("status", "authorised")),
                fields=["-end_date", "-id"],
                name="assessment_authorised_by_end",
            ),
        ),
        AddIndexConcurrently(
            model_name="assessment",
            index=models.Index(
                condition=models.Q(("status__in", ["draft", "reopened", "returned"])),
                fields=["start_date", "id"],
                name="assessment_to_do_by_start",
            ),
        ),
    ]
