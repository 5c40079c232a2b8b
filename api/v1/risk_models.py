"""The risk models: the one in force, those that run beside it, and how far each can be trusted."""

from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from api import vocabularies
from api.narrowing import FieldsQuery
from api.resource import Resource, whole
from api.v1.code_fields import CodeShape
from api.v1.documenting import described
from referral.statistics.reports import filters
from referral.statistics.reports.predictions import comparison
from scoring.cards import model_card
from scoring.models import RiskModelVersion
from scoring.riskmodel import RiskModel
from scoring.selectors import active_model, active_version, find_version, shadow_versions, to_model
from scoring.texts import MODEL_STATUS


class ModelShape(serializers.Serializer[Any]):
    """A model card, as far as its file has it in the request's language."""

    name = serializers.CharField()
    version = serializers.IntegerField()
    status = CodeShape(vocabularies.MODEL_STATUSES)
    notice = serializers.CharField()
    use = CodeShape(
        vocabularies.MODEL_USES,
        help_text="none: kept for its results, or not used yet",
    )
    checksum = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    end_point = serializers.CharField()
    intended = serializers.CharField()
    derivation = serializers.CharField()
    population_age = serializers.ListField(child=serializers.FloatField())
    terms = serializers.ListField(child=serializers.DictField())
    baseline = serializers.DictField()
    baseline_certainty = CodeShape(vocabularies.CERTAINTIES)
    baseline_note = serializers.CharField()
    reference = serializers.DictField()
    validity = serializers.DictField()
    limits = serializers.ListField(child=serializers.CharField())
    expected_load = serializers.DictField()
    sources = serializers.ListField(child=serializers.DictField())
    calibration = serializers.DictField()
    fit = serializers.DictField()


class ComparisonShape(serializers.Serializer[Any]):
    """Flags of a shadow model and of the model in force on the same patients; shadow minus active risk."""

    scored = serializers.IntegerField()
    both = serializers.IntegerField()
    only_active = serializers.IntegerField()
    only_shadow = serializers.IntegerField()
    neither = serializers.IntegerField()
    mean_difference = serializers.FloatField(allow_null=True)
    mean_absolute_difference = serializers.FloatField(allow_null=True)


class ShadowedModelShape(ModelShape):
    comparison = ComparisonShape(
        allow_null=True, help_text="of a shadow model, for coordinators: over the cases of their networks"
    )


class ModelsShape(serializers.Serializer[Any]):
    results = ShadowedModelShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="always null")


class ModelsView(Resource):
    @described(
        "models",
        "The cards of the risk models in use",
        tag="scoring",
        answer=ModelsShape,
        parameters=[FieldsQuery],
    )
    def get(self, request: Request) -> Response:
        names = self.query(FieldsQuery)["fields"]
        cards = [
            {**card(active_model(), "active"), "comparison": None},
            *(
                {**card(to_model(version), "shadow"), "comparison": self._comparison(version)}
                for version in shadow_versions()
            ),
        ]
        return whole(ShadowedModelShape, cards, names=names)

    def _comparison(self, version: RiskModelVersion) -> Any:
        """Over the first assessments in the networks that the caller coordinates; nobody else's are shown."""
        if not self.person.access.coordinates:
            return None
        return ComparisonShape(comparison(filters.coordinated(self.person), version)).data


class ModelView(Resource):
    @described(
        "model",
        "The card of one model, in use or not: by name, by name and version, or by the checksum of a result",
        tag="scoring",
        answer=ModelShape,
        refusals=(404,),
    )
    def get(self, request: Request, name: str) -> Response:
        version = find_version(name)
        if version is None:
            raise NotFound
        return Response(card(to_model(version), self._use(version)))

    def _use(self, version: RiskModelVersion) -> str:
        if version == active_version():
            return "active"
        return "shadow" if version in shadow_versions() else "none"


def card(model: RiskModel, use: str) -> dict[str, Any]:
    """One ModelShape."""
    contents = model_card(model, language=get_language() or "en").as_dict()
    return {**contents, "use": use, "notice": str(MODEL_STATUS.get(model.status, ""))}
