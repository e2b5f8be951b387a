"""Assessments not completed in restricted records are counted apart from those of the teams."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessments", "0029_census_tasks")]

    operations = [
        migrations.AddField(
            "censuscheck",
            "open_in_restricted",
            models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            "censuscheck",
            "open_by_team",
            models.JSONField(
                help_text="Assessments not completed, by the team’s key, without restricted records"
            ),
        ),
    ]
