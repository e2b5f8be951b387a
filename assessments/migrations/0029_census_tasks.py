"""Work on census files in the background, and the files that it needs, encrypted."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0028_census_late_assessments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CensusTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("check", "Check of a year"),
                            ("export", "File of a year"),
                            ("reconcile", "Comparison with a return"),
                            ("merge", "Our factors put into a return"),
                            ("judge", "Check of a return"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("sending", "Being sent"),
                            ("waiting", "Waiting"),
                            ("running", "Being done"),
                            ("done", "Done"),
                            ("refused", "Refused"),
                            ("failed", "Failed"),
                            ("stopped", "Stopped"),
                        ],
                        max_length=7,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                (
                    "address",
                    models.GenericIPAddressField(
                        help_text="For the record of what is read", null=True
                    ),
                ),
                ("request_id", models.CharField(help_text="Likewise", max_length=36)),
                (
                    "year",
                    models.CharField(
                        help_text="Of an uploaded return, once it is read", max_length=7
                    ),
                ),
                ("options", models.JSONField(default=dict)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "heard_at",
                    models.DateTimeField(help_text="When what does it last said so", null=True),
                ),
                ("progress", models.PositiveBigIntegerField(default=0)),
                (
                    "of",
                    models.PositiveBigIntegerField(
                        default=0, help_text="What `progress` ends with"
                    ),
                ),
                (
                    "refusal",
                    models.CharField(help_text="Why there is no result, in words", max_length=500),
                ),
                (
                    "counts",
                    models.JSONField(default=dict, help_text="How much was found or done, by name"),
                ),
                ("holds_restricted", models.BooleanField(default=False)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CensusTaskPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("number", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="assessments.censustask",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="censustask",
            index=models.Index(fields=["asked_by", "-asked_at"], name="census_task_asked"),
        ),
        migrations.AddConstraint(
            model_name="censustask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["check", "export", "reconcile", "merge", "judge"]),
                    (
                        "status__in",
                        ["sending", "waiting", "running", "done", "refused", "failed", "stopped"],
                    ),
                ),
                name="census_task_is_of_a_known_kind_and_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="censustaskpart",
            constraint=models.UniqueConstraint(
                fields=("task", "name", "number"), name="census_task_part"
            ),
        ),
        # What is encrypted cannot be compressed: the database does not try.
        migrations.RunSQL(
            "ALTER TABLE assessments_censustaskpart ALTER COLUMN content SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        ),
    ]
