"""Returns that were submitted, and what stood in our records of their years then."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0030_open_in_restricted_records"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="censuscheck",
            name="continuity",
            field=models.JSONField(
                default=dict,
                help_text="What changed since the last submission; without one, nothing",
            ),
        ),
        migrations.CreateModel(
            name="CensusSubmission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.CharField(help_text="Such as 2025-26", max_length=7)),
                ("submitted_on", models.DateField()),
                ("serial_number", models.PositiveIntegerField(help_text="SerialNo of the return")),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="CensusSubmittedAssessment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("referral_date", models.DateField()),
                ("start_date", models.DateField()),
                ("authorisation_date", models.DateField(null=True)),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=3),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessments.assessment",
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessments.child",
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="assessments.censussubmission",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="censussubmission",
            index=models.Index(fields=["year", "id"], name="census_submission_year"),
        ),
        migrations.AddConstraint(
            model_name="censussubmittedassessment",
            constraint=models.UniqueConstraint(
                fields=("submission", "assessment"), name="an_assessment_is_submitted_once"
            ),
        ),
        migrations.RunSQL(
            "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON assessments_censussubmission "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER keep ON assessments_censussubmission",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON assessments_censussubmittedassessment "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER keep ON assessments_censussubmittedassessment",
        ),
    ]
