"""Stateless scoring."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import vocabularies
from api.idempotency import idempotent
from api.resource import Resource
from api.v1.code_fields import CodeShape
from api.v1.documenting import IDEMPOTENCY_KEY, described
from api.v1.inputs import EXAMPLE_VALUES, IndicatorsRequest, values_of
from api.v1.shapes import IssueShape, issues
from referral.pathway.refusals import InputError
from scoring import evaluate, read_inputs
from scoring.lines import shown
from scoring.selectors import active_model
from scoring.texts import MODEL_STATUS, issue_text


class OrganGradesShape(serializers.Serializer[Any]):
    """CLIF-C organ subscores, `grade` by EASL-CLIF, `simple_grade` by number of failures; while organs are
    missing, both are lower bounds.
    """

    subscores = serializers.DictField(child=serializers.IntegerField())
    failures = serializers.ListField(child=CodeShape(vocabularies.ORGAN_NAMES))
    missing = serializers.ListField(child=CodeShape(vocabularies.ORGAN_NAMES))
    clif_c_of = serializers.IntegerField(allow_null=True)
    grade = CodeShape(vocabularies.ACLF_GRADES)
    simple_grade = CodeShape(vocabularies.SIMPLE_GRADES, allow_null=True)


class ScoreShape(serializers.Serializer[Any]):
    """Without one of the indicators, risk, band and high_risk are null; comparators need their own inputs."""

    model = serializers.CharField()
    model_version = serializers.IntegerField()
    status = CodeShape(vocabularies.MODEL_STATUSES, help_text="of the model")
    model_notice = serializers.CharField()
    outcome = CodeShape(vocabularies.SCORE_OUTCOMES)
    risk_90d = serializers.FloatField(allow_null=True)
    band = CodeShape(vocabularies.BANDS_OF_RISK, allow_null=True)
    high_risk = serializers.BooleanField(allow_null=True)
    red_flags = serializers.ListField(child=CodeShape(vocabularies.FLAGS))
    linear_predictor = serializers.FloatField(allow_null=True)
    contributions = serializers.DictField(child=serializers.FloatField())
    missing = serializers.ListField(child=CodeShape(vocabularies.INPUT_NAMES))
    warnings = IssueShape(many=True)
    scores = serializers.DictField(help_text="by name: {value, grade?, risk?}")
    organ_failure = OrganGradesShape(allow_null=True)
    score_notes = serializers.DictField(required=False)


class ScoreView(Resource):
    limit_scope = "score"
    only_reads = True

    @described(
        "score",
        "Score indicators without storing anything",
        tag="scoring",
        request=IndicatorsRequest,
        answer=ScoreShape,
        refusals=(422, 429),
        parameters=[IDEMPOTENCY_KEY],
        examples=[EXAMPLE_VALUES],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        reading = read_inputs(values_of(self.body), now=self.now)
        if reading.issues:
            raise InputError(*((issue.field, issue.code, issue_text(issue)) for issue in reading.issues))
        line = shown(reading, evaluate(reading, model=active_model()))
        return Response(worded(line))


def worded(line: Mapping[str, Any]) -> dict[str, Any]:
    """A scored line with its warnings in the reader's language and the model's status in words."""
    return {
        **line,
        "model_notice": str(MODEL_STATUS.get(line["status"], "")),
        "warnings": issues(line["warnings"]),
    }
