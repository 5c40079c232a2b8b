"""Predicted 90-day risks against what became of the cases, by model."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.documenting import described
from api.v1.kit import EstimateShape
from api.v1.statistics import Counting, PeriodQuery, ShareShape
from referral.pathway.refusals import InputError
from referral.statistics.reports import filters
from referral.statistics.reports.predictions import known_models, performance, shadows
from scoring.research.observed import Observed
from scoring.selectors import active_model

DESCRIPTION = (
    "For coordinators and researchers of the network. The end point is death or liver transplant within 90 "
    "days of the first visit; counted are cases with a known outcome of months in which the outcome of every "
    "case at day 90 is due. Figures need 30 cases and five of each outcome. Researchers see no group "
    "and no threshold that tells fewer than five, mean risks in whole per cent by group, and all months "
    "whatever the period, the last once five persons are new."
)


class PredictionsQuery(PeriodQuery):
    model = serializers.CharField(required=False, help_text="the one in force when left out")


class RiskGroupShape(serializers.Serializer[Any]):
    """Cases of similar predicted risk, from `low` to `high`; `number` from 1 in the order of the risks."""

    number = serializers.IntegerField()
    low = serializers.FloatField(allow_null=True, help_text="null for researchers: the risk of one patient")
    high = serializers.FloatField(allow_null=True, help_text="null for researchers: the risk of one patient")
    predicted = serializers.FloatField()
    observed = ShareShape()


class ObservedShareShape(serializers.Serializer[Observed]):
    """Calibration (`groups`, `ratio` of observed to predicted), discrimination (`auroc`) and decision curve.

    `net_benefit`: threshold, of referring by the model, of referring everybody.
    """

    patients = serializers.IntegerField()
    events = serializers.IntegerField()
    predicted = serializers.FloatField(allow_null=True)
    observed = ShareShape(allow_null=True)
    ratio = EstimateShape(allow_null=True)
    auroc = EstimateShape(allow_null=True)
    groups = RiskGroupShape(many=True)
    net_benefit = serializers.ListField(child=serializers.ListField(child=serializers.FloatField()))


class ShadowRecordShape(serializers.Serializer[Any]):
    """A model in shadow and the one in force on the same cases; `flags`: how many each of them flagged."""

    model = serializers.CharField()
    flags = serializers.DictField(child=serializers.IntegerField(allow_null=True))
    shadow = ObservedShareShape()
    active = ObservedShareShape()


class PredictionsShape(serializers.Serializer[Any]):
    model = serializers.CharField()
    unknown = serializers.IntegerField(allow_null=True, help_text="cases without a known outcome at day 90")
    observed = ObservedShareShape()
    shadows = ShadowRecordShape(many=True)


class PredictionsView(Counting):
    @described(
        "prediction_statistics",
        "Predicted against observed 90-day risk: calibration, discrimination, decision curve by model",
        tag="statistics",
        description=DESCRIPTION,
        answer=PredictionsShape,
        parameters=[PredictionsQuery],
        refusals=(404, 422),
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(PredictionsQuery)
        name = asked.pop("model", active_model().identifier)
        if name not in known_models():
            raise InputError(("model", "not_found", filters.NOT_FOUND))
        report_filter = self.report_filter(asked)
        if not filters.sees_all(self.person, report_filter.network):
            raise NotFound
        cases, hides = filters.study(self.person, report_filter), report_filter.hides_small
        record = performance(cases, name, now=self.now, hides_small=hides)
        compared = [
            {
                "model": str(row.comparison.model),
                "flags": row.flags,
                "shadow": row.shadow,
                "active": row.active,
            }
            for row in shadows(cases, now=self.now, hides_small=hides)
        ]
        return Response(
            PredictionsShape(
                {"model": name, "unknown": record.unknown, "observed": record.observed, "shadows": compared}
            ).data
        )
