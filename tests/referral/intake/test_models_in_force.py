"""Which risk model a case is scored with, and what is kept of it."""

import copy
import json

from referral.models import Assessment
from scoring import DEFAULT_MODEL, model_from_document, seal
from scoring.models import RiskModelVersion, ShadowScore
from scoring.services import activate_model, install_model, set_shadow
from tests.world import NOW, World


def test_a_result_keeps_the_model_and_the_policy_that_made_it(world: World) -> None:
    assessment = world.flagged().assessment
    assert assessment is not None
    assert (assessment.model_checksum, assessment.model_status) == (DEFAULT_MODEL.checksum, "provisional")
    assert assessment.policy.version == 1
    assert assessment.result["threshold"] == assessment.policy.risk_threshold


def test_a_shadow_model_scores_each_assessment_silently_beside_the_active_one(world: World) -> None:
    document = dict(copy.deepcopy(DEFAULT_MODEL.document), name="network-model")
    text = json.dumps(seal(document), ensure_ascii=False)
    install_model(text=text, actor=None, reason="to compare", now=NOW)
    set_shadow(name="network-model", on=True, approved_by="Board", reason="to compare", actor=None, now=NOW)

    case = world.flagged()

    kept = ShadowScore.objects.get()
    assert case.assessment is not None
    assert (kept.subject, kept.risk_90d) == (case.assessment.pk, case.assessment.risk_90d)
    assert case.assessment.model_checksum == DEFAULT_MODEL.checksum


def test_the_document_behind_every_result_is_in_the_database_whatever_came_after(world: World) -> None:
    world.flagged()
    document = dict(copy.deepcopy(DEFAULT_MODEL.document), version=2, title="After a review")
    text = json.dumps(seal(document), ensure_ascii=False)
    install_model(text=text, actor=None, reason="newer", now=NOW)
    set_shadow(
        name="aclf8-provisional-2", on=True, approved_by="Board", reason="to compare", actor=None, now=NOW
    )
    world.flagged(name="测试乙")
    activate_model(name="aclf8-provisional-2", approved_by="Board", reason="better", actor=None, now=NOW)
    world.watched(name="测试丙")

    results = Assessment.objects.order_by("recorded_at").values_list("model_name", "model_checksum")
    made_by = [name for name, _ in results]
    assert sorted(made_by) == ["aclf8-provisional-1", "aclf8-provisional-1", "aclf8-provisional-2"]
    for name, checksum in results:
        model = model_from_document(RiskModelVersion.objects.get(checksum=checksum).document)
        assert (model.identifier, model.checksum) == (name, checksum)
    assert RiskModelVersion.objects.filter(checksum=ShadowScore.objects.get().active_checksum).exists()
