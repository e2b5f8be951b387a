"""Whether a child is recorded as disabled may be not known, as of an unborn child it is.

What is recorded stays: nobody can say of an earlier "No" whether it was one.
"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessments", "0018_what_is_finished_stays")]

    operations = [
        migrations.AlterField(
            model_name="child",
            name="disabled",
            field=models.BooleanField(
                blank=True,
                choices=[(True, "Yes"), (False, "No"), (None, "Not known")],
                help_text=(
                    "Not known is no answer: neither a yes for a rule, nor the NONE of the census"
                ),
                null=True,
                verbose_name="recorded as disabled",
            ),
        ),
    ]
