"""What the last check of a census year counted: factors, and working days of assessments."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessments", "0026_likely_duplicates")]

    operations = [
        migrations.AddField(
            model_name="censuscheck",
            name="figures",
            field=models.JSONField(
                default=dict,
                help_text="What the department will publish; of an earlier check, nothing",
            ),
        ),
        migrations.AddField(
            model_name="censuscheck",
            name="late_by_team",
            field=models.JSONField(
                default=dict,
                help_text="Assessments that took too long from referral, by the team’s key",
            ),
        ),
    ]
