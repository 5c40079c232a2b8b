"""After an upgrade, kit results of before know what the organ tables say of the time of their sample."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from referral.models import Case, CaseFacts, KitResult
from referral.pathway.vocabulary import Verb
from referral.statistics.facts.writer import rebuild
from tests.referral.in_ward import TWO, does
from tests.referral.pathway.test_retraction import RECORDED, RecordKind, retract, without_indicators
from tests.world import HOUR, MINUTE, NOW, World

KIT_COLUMNS = (
    *("kit_results", "kit_indeterminate", "kit_beside_purpose"),
    *("kit_ward_id", "kit_lot", "kit_sampled_at", "kit_positive", "kit_failed"),
)


def upgrade() -> None:
    """The step of the migration, with the models as they were before it."""
    before = MigrationLoader(connection).project_state([("referral", "0015_sealed_months")])
    migration = import_module("referral.migrations.0016_kits_read_anew")
    migration.read_anew(before.apps, SimpleNamespace(connection=connection))


def kit_facts(case: Case) -> dict[str, Any]:
    return CaseFacts.objects.values(*KIT_COLUMNS).get(pk=case.pk)


def as_stored_before(case: Case, noted: bool | None) -> None:
    """What was noted when the result was entered, and the facts that follow from it."""
    KitResult.objects.filter(case=case).update(organ_failure_at_sampling=noted)
    rebuild()


@pytest.mark.parametrize("noted", [True, False])
def test_a_result_catches_up_with_tables_entered_later_or_taken_back(world: World, noted: bool) -> None:
    verb, facts = RECORDED[RecordKind.KIT_RESULT]
    case = does(world, without_indicators(world), verb, **facts)
    case = does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 3 * HOUR, occurred_at=NOW + 30 * MINUTE, **TWO)
    if noted:
        case = retract(world, case, case.organfailureassessment_set.get())
    right, now_known = kit_facts(case), KitResult.objects.get().organ_failure_at_sampling
    as_stored_before(case, noted)
    assert kit_facts(case) != right
    upgrade()
    assert KitResult.objects.get().organ_failure_at_sampling == now_known == (None if noted else True)
    assert kit_facts(case) == right


def test_without_a_table_the_indicators_tell(world: World) -> None:
    verb, facts = RECORDED[RecordKind.KIT_RESULT]
    case = does(world, world.admitted(), verb, **facts)
    known = KitResult.objects.get().organ_failure_at_sampling
    right = kit_facts(case)
    as_stored_before(case, not known)
    upgrade()
    assert KitResult.objects.get().organ_failure_at_sampling == known
    assert kit_facts(case) == right


def test_what_is_right_already_is_left_alone(world: World) -> None:
    verb, facts = RECORDED[RecordKind.KIT_RESULT]
    case = does(world, world.admitted(), verb, **facts)
    before = kit_facts(case)
    upgrade()
    assert kit_facts(case) == before
