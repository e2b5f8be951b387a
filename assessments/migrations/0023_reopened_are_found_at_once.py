"""An index of the few decisions by which an assessment was reopened.

Made while people go on working: without a lock, and so outside a transaction.
"""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("assessments", "0022_census_checks")]

    operations = [
        AddIndexConcurrently(
            model_name="review",
            index=models.Index(
                condition=models.Q(("decision", "reopened")),
                fields=["assessment"],
                name="review_reopened",
            ),
        ),
    ]
