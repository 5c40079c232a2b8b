"""The kit's agreement with organ failure within 28 days of sampling."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.documenting import described
from api.v1.statistics import Counting, PeriodQuery, ShareShape
from referral.statistics.reports import filters
from referral.statistics.reports.filters import ReportFilter
from referral.statistics.reports.kit import KitRecord, kit_record, ward_names
from referral.statistics.reports.privacy import FEWEST
from scoring.research.agreement import Agreement

DESCRIPTION = (
    "For coordinators and researchers of the network. Counted is the first result of each case that says yes "
    "or no, sampled while no organ was failing and at least 28 days ago. Shares carry Wilson's "
    "95 % interval. What rests on fewer "
    f"than {FEWEST} cases in a cell is null for researchers, wards are codes, and all months are counted "
    "whatever the period."
)


class EstimateShape(serializers.Serializer[Any]):
    """A figure with its 95 % interval."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class AgreementShape(serializers.Serializer[Agreement]):
    """The kit's answer (positive or not) against organ failure (true or false), and its figures."""

    true_positive = serializers.IntegerField()
    false_positive = serializers.IntegerField()
    false_negative = serializers.IntegerField()
    true_negative = serializers.IntegerField()
    sensitivity = ShareShape()
    specificity = ShareShape()
    positive_predictive_value = ShareShape()
    negative_predictive_value = ShareShape()
    kappa = EstimateShape()


class KitSiteShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    agreement = AgreementShape(allow_null=True)


class NotCountedShape(serializers.Serializer[KitRecord]):
    """`too_close`: the failure was recorded within 24 h of sampling; `beside_purpose`: an organ was failing
    at sampling; `unknown`: what came is not known, or not yet."""

    too_close = serializers.IntegerField(allow_null=True)

    indeterminate = serializers.IntegerField(allow_null=True)
    beside_purpose = serializers.IntegerField(allow_null=True)
    unknown = serializers.IntegerField(allow_null=True)


class KitRecordShape(serializers.Serializer[Any]):
    since = serializers.DateField()
    until = serializers.DateField()
    whole = AgreementShape(allow_null=True, help_text="by the landmark: without those that are too close")
    with_close = AgreementShape(allow_null=True, help_text="the other reading: those counted as failures")
    wards = KitSiteShape(many=True, help_text="by the ward that used the kit")
    lots = KitSiteShape(many=True, help_text="by the lot of the kit")
    not_counted = NotCountedShape()


class KitView(Counting):
    @described(
        "kit_statistics",
        "The kit against organ failure within 28 days of sampling, overall, by ward and by lot",
        tag="statistics",
        description=DESCRIPTION,
        answer=KitRecordShape,
        parameters=[PeriodQuery],
        refusals=(404, 422),
    )
    def get(self, request: Request) -> Response:
        report_filter = self.whole_network()
        rows = filters.study(self.person, report_filter).rows
        record = kit_record(rows, now=self.now, hides_small=report_filter.hides_small)
        return Response(KitRecordShape(kit_answer(record, report_filter)).data)


def kit_answer(record: KitRecord, report_filter: ReportFilter) -> dict[str, Any]:
    """One KitRecordShape."""
    names = ward_names(record, report_filter)
    return {
        "since": report_filter.since,
        "until": report_filter.until,
        "whole": record.whole,
        "with_close": record.with_close,
        "wards": [{"name": names[site.key], "agreement": site.agreement} for site in record.wards],
        "lots": [{"name": site.key, "agreement": site.agreement} for site in record.lots],
        "not_counted": record,
    }
