"""The network's figures: times, shares within their deadline, the funnel, reasons for delay."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from api import vocabularies
from api.resource import Resource
from api.v1.code_fields import CodeRequest, CodeShape
from api.v1.documenting import described
from referral.statistics.reports.filters import ReportFilter, may_count, parse_filter, sees_all
from referral.statistics.reports.measures import FUNNEL, MEASURES, By
from referral.statistics.reports.overview import Group, Report
from referral.statistics.reports.privacy import FEWEST
from referral.statistics.reports.selectors import statistics
from referral.statistics.reports.table import names_of

DESCRIPTION = (
    "Counted are the cases of the caller's hospitals and wards, and all of the networks that the caller "
    "coordinates. Researchers get the whole network without names of places; what rests on fewer than "
    f"{FEWEST} cases is null for them, and other counts are rounded to fives. Extensions do not count: a "
    "deadline is judged by its first due time; admission after a late flag is counted apart "
    "(`admit_late_flag`)."
)


class PeriodQuery(serializers.Serializer[Any]):
    network = serializers.UUIDField(required=False, help_text="the caller's first one when left out")
    hospital = serializers.UUIDField(required=False, help_text="of the first visit")
    ward = serializers.UUIDField(required=False, help_text="that expects or has the patient")
    since = serializers.CharField(required=False, help_text="first month of first visits, such as 2026-05")
    until = serializers.CharField(required=False, help_text="last month, the present one when left out")


class StatisticsQuery(PeriodQuery):
    by = CodeRequest(
        vocabularies.GROUPINGS,
        required=False,
        default=str(By.MONTH),
        help_text="what the cases are grouped by",
    )


class SpreadShape(serializers.Serializer[Any]):
    """Seconds between two moments: the median with its 95 % interval, and the 90th centile."""

    cases = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)


class ShareShape(serializers.Serializer[Any]):
    """`hits` of `total` with Wilson's 95 % interval, as fractions."""

    hits = serializers.IntegerField()
    total = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class GroupShape(serializers.Serializer[Group]):
    """Figures of some cases: `times` by measure, `in_time` by kind of deadline."""

    cases = serializers.IntegerField(allow_null=True)
    late_flags = serializers.IntegerField(allow_null=True, help_text="admission counts from a late flag")
    times = serializers.DictField(child=SpreadShape(allow_null=True))
    in_time = serializers.DictField(child=ShareShape(allow_null=True))


class NamedGroupShape(GroupShape):
    key = serializers.SerializerMethodField(help_text="month, or id of the place; null without a ward")
    name = serializers.SerializerMethodField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_key(self, group: Group) -> str | None:
        if self.context["report_filter"].hides_small and not isinstance(group.key, date):
            return None if group.key is None else self.get_name(group)
        return None if group.key is None else str(group.key)

    def get_name(self, group: Group) -> str:
        return str(self.context["names"][group.key])


class FunnelShape(serializers.Serializer[Any]):
    stage = CodeShape(vocabularies.STAGES)
    cases = serializers.IntegerField(allow_null=True)


class DelayShape(serializers.Serializer[Any]):
    kind = CodeShape(vocabularies.JUDGED_KINDS, help_text="of the deadline")
    reason = CodeShape(vocabularies.DELAYS)
    cases = serializers.IntegerField(allow_null=True)


class StatisticsShape(serializers.Serializer[Any]):
    by = CodeShape(vocabularies.GROUPINGS)
    since = serializers.DateField()
    until = serializers.DateField()
    measures = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="between which moments each time is taken",
    )
    whole = GroupShape()
    groups = NamedGroupShape(many=True)
    funnel = FunnelShape(many=True)
    delays = DelayShape(many=True)
    offers = serializers.DictField(child=serializers.IntegerField(allow_null=True))


class Counting(Resource):
    """What the caller may count. Raises NotFound for those who may count nothing."""

    def asked(self, query: type[PeriodQuery]) -> dict[str, str]:
        """The question in the address, as text by name."""
        if not may_count(self.person):
            raise NotFound
        return {name: str(value) for name, value in self.query(query).items()}

    def report_filter(self, asked: Mapping[str, str]) -> ReportFilter:
        """What `asked` means for the caller now."""
        return parse_filter(self.person, asked, now=self.now)

    def whole_network(self) -> ReportFilter:
        """A period of a network; NotFound for who does not see all of it."""
        report_filter = self.report_filter(self.asked(PeriodQuery))
        if not sees_all(self.person, report_filter.network):
            raise NotFound
        return report_filter


class StatisticsView(Counting):
    @described(
        "statistics",
        "Where time is lost: figures of a period by month, hospital or ward",
        tag="statistics",
        description=DESCRIPTION,
        answer=StatisticsShape,
        parameters=[StatisticsQuery],
        refusals=(404, 422),
    )
    def get(self, request: Request) -> Response:
        report_filter = self.report_filter(self.asked(StatisticsQuery))
        return Response(
            statistics_answer(statistics(self.person, report_filter, now=self.now), report_filter)
        )


def statistics_answer(report: Report, report_filter: ReportFilter) -> dict[str, Any]:
    """One StatisticsShape."""
    context = {"report_filter": report_filter, "names": names_of(report, report_filter)}
    return {
        "by": str(report.by),
        "since": report_filter.since,
        "until": report_filter.until,
        "measures": {measure.name: [_plain(measure.since), _plain(measure.until)] for measure in MEASURES},
        "whole": GroupShape(report.whole).data,
        "groups": NamedGroupShape(report.groups, many=True, context=context).data,  # type: ignore[arg-type]
        "funnel": [{"stage": _plain(name), "cases": report.funnel[name]} for name, _label in FUNNEL],
        "delays": list(_delays(report.delays)),
        "offers": dict(report.offers),
    }


def _delays(delays: Mapping[str, Mapping[str, int | None]]) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "reason": reason, "cases": cases}
        for kind, reasons in delays.items()
        for reason, cases in reasons.items()
        if cases != 0
    ]


def _plain(moment: str) -> str:
    return moment.removesuffix("_at")
