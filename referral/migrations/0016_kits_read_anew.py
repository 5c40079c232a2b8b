"""Kit results recorded before 0012 know of failures at sampling only what was recorded when they were entered.

Since then this follows the organ tables that count, whenever these change. Here the earlier results catch up,
and with them what the statistics count of the kit.
"""

from importlib import import_module
from typing import Any

from django.db import migrations

from scoring import Reading, aclf_grade, organ_inputs

KIT_FACTS = import_module("referral.migrations.0013_kit_facts")
FORGET = """
UPDATE referral_casefacts SET kit_ward_id = NULL, kit_lot = '', kit_sampled_at = NULL,
    kit_positive = NULL, kit_failed = NULL
WHERE case_id = ANY(%s)
"""


def read_anew(apps: Any, schema_editor: Any) -> None:
    results = apps.get_model("referral", "KitResult").objects
    moved = []
    for kit in results.iterator():
        failing = failing_at(apps, kit)
        if failing != kit.organ_failure_at_sampling:
            results.filter(pk=kit.pk).update(organ_failure_at_sampling=failing)
            moved.append(kit.case_id)
    if not moved:
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FORGET, [moved])
        cursor.execute(KIT_FACTS.COUNTS_OF_CASES_BEFORE)
        cursor.execute(KIT_FACTS.FIRST_OF_CASES_BEFORE)


def failing_at(apps: Any, kit: Any) -> bool | None:
    """Whether the last values before the sample that count show a failing organ; None where there are none."""
    mistakes = apps.get_model("referral", "Retraction").objects.filter(case=kit.case_id).values("record")
    tables = apps.get_model("referral", "OrganFailureAssessment").objects.exclude(pk__in=mistakes)
    scored = apps.get_model("referral", "Assessment").objects.filter(retraction=None)
    table = (
        tables.filter(case=kit.case_id, occurred_at__lte=kit.sampled_at)
        .order_by("occurred_at", "recorded_at", "pk")
        .last()
    )
    indicators = (
        scored.filter(case=kit.case_id, assessed_at__lte=kit.sampled_at)
        .order_by("assessed_at", "number")
        .last()
    )
    if table is not None and (indicators is None or table.occurred_at >= indicators.assessed_at):
        return bool(table.failures)
    if indicators is None:
        return None
    known = organ_inputs(Reading(values=indicators.values, entered={}, missing=()))
    return bool(aclf_grade(known).failures)


class Migration(migrations.Migration):
    dependencies = [("referral", "0015_sealed_months")]

    operations = [migrations.RunPython(read_anew, migrations.RunPython.noop)]
