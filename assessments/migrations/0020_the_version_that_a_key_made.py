"""Which version a form submission made: a repeated one is answered from it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessments", "0019_disabled_may_not_be_known")]

    operations = [
        migrations.AddField(
            model_name="idempotencykey",
            name="version",
            field=models.PositiveIntegerField(
                null=True, help_text="The version of the assessment that it made"
            ),
        ),
    ]
