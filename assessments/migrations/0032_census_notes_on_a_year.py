import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0031_census_submissions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="censusnote",
            name="child",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="census_notes",
                to="assessments.child",
            ),
        ),
        migrations.AddField(
            model_name="censusnote",
            name="year",
            field=models.CharField(
                blank=True, default="", help_text="Such as 2025-26", max_length=7
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="censusnote",
            constraint=models.CheckConstraint(
                name="a_census_note_is_about_a_child_or_a_year",
                condition=Q(child__isnull=False, year="") | (Q(child=None) & ~Q(year="")),
            ),
        ),
    ]
