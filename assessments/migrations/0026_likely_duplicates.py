"""Likely duplicates, for the managers, and the days of birth by which they are found."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cinfactors.audit.operations import Recorded


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0025_what_a_closed_team_has_moves"),
        ("history", "0003_every_child_of_a_page"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LikelyDuplicate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("found_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="child",
            index=models.Index(fields=["birth_date"], name="child_birth_date"),
        ),
        migrations.AddIndex(
            model_name="child",
            index=models.Index(
                condition=models.Q(("expected_birth_date__isnull", False)),
                fields=["expected_birth_date"],
                name="child_expected_birth_date",
            ),
        ),
        migrations.AddField(
            model_name="likelyduplicate",
            name="child",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="likely_duplicates",
                to="assessments.child",
            ),
        ),
        migrations.AddField(
            model_name="likelyduplicate",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                help_text="The manager who said that they are not the same child",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="likelyduplicate",
            name="other",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="assessments.child",
            ),
        ),
        migrations.AddIndex(
            model_name="likelyduplicate",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", True)),
                fields=["found_at"],
                name="likely_duplicates_undecided",
            ),
        ),
        migrations.AddConstraint(
            model_name="likelyduplicate",
            constraint=models.UniqueConstraint(
                fields=("child", "other"), name="each_likely_duplicate_is_found_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="likelyduplicate",
            constraint=models.CheckConstraint(
                condition=models.Q(("child", models.F("other")), _negated=True),
                name="a_likely_duplicate_is_another_record",
            ),
        ),
        migrations.AddConstraint(
            model_name="likelyduplicate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="whether_it_is_the_same_child_says_who_and_when",
            ),
        ),
        Recorded("assessments_likelyduplicate", parent="child_id"),
    ]
