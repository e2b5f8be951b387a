from django.db import migrations, models

KINDS = [
    ("error", "DfE would refuse"),
    ("query", "DfE would query"),
    ("still_open", "If still open on 31 March"),
]
CONSTRAINT = "census_finding_is_of_a_known_kind"


def rename(before, after):
    def run(apps, schema_editor):
        findings = apps.get_model("assessments", "CensusFinding").objects
        findings.filter(kind=before).update(kind=after)

    return run


class Migration(migrations.Migration):
    """A list is in the order of the kinds, and what DfE would query stood after what is open."""

    dependencies = [("assessments", "0033_plain_words_are_found_at_once")]

    operations = [
        migrations.RemoveConstraint(model_name="censusfinding", name=CONSTRAINT),
        migrations.RunPython(
            rename("if_still_open", "still_open"), rename("still_open", "if_still_open")
        ),
        migrations.AlterField(
            model_name="censusfinding",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=13),
        ),
        migrations.AddConstraint(
            model_name="censusfinding",
            constraint=models.CheckConstraint(
                name=CONSTRAINT,
                condition=models.Q(("kind__in", [kind for kind, _ in KINDS])),
            ),
        ),
    ]
