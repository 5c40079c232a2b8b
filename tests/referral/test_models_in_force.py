"""Which risk model a case is scored with, and what is kept of it."""

import copy
import json

from scoring import DEFAULT_MODEL, seal
from scoring.models import ShadowScore
from scoring.services import install_model, set_shadow
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
