"""Outcomes of admitted patients by leading grade and by artificial liver."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.documenting import described
from api.v1.kit import EstimateShape
from api.v1.statistics import Counting, PeriodQuery
from referral.statistics.reports import filters
from referral.statistics.reports.privacy import FEWEST
from referral.statistics.reports.stay_outcomes import HORIZONS, Group, stay_outcomes

DESCRIPTION = (
    "For coordinators and researchers of the network. Time runs from the admission; death and transplant are "
    "rivals, so that each has its cumulative incidence with a 95 % interval, null where too few were "
    "followed so long. **It describes and does not prove**: who was treated how was chosen by doctors, and "
    f"whoever is treated late has lived until then. What rests on fewer than {FEWEST} cases is null for "
    "researchers, and their counts are rounded to fives."
)


class HorizonsShape(serializers.Serializer[Any]):
    """The cumulative incidence by days after the admission, as a fraction."""

    day_28 = EstimateShape(allow_null=True)
    day_90 = EstimateShape(allow_null=True)


class StayGroupShape(serializers.Serializer[Group]):
    """Patients alike in one thing. Counts and figures are null where they are too few for the reader."""

    code = serializers.CharField(
        help_text=(
            "by grade: definition and grade, such as `china:early`, empty without a table; by mode: a mode "
            "of artificial liver; by begin: when the first session was; `none` without a session"
        )
    )
    patients = serializers.SerializerMethodField()
    deaths = serializers.SerializerMethodField()
    transplants = serializers.SerializerMethodField()
    death = serializers.SerializerMethodField()
    transplant = serializers.SerializerMethodField()

    def get_patients(self, group: Group) -> int | None:
        return None if group.is_hidden else group.patients

    def get_deaths(self, group: Group) -> int | None:
        return None if group.is_hidden else group.deaths

    def get_transplants(self, group: Group) -> int | None:
        return None if group.is_hidden else group.transplants

    @extend_schema_field(HorizonsShape)
    def get_death(self, group: Group) -> dict[str, Any]:
        return _by_horizon(group.death)

    @extend_schema_field(HorizonsShape)
    def get_transplant(self, group: Group) -> dict[str, Any]:
        return _by_horizon(group.transplant)


class StayOutcomesShape(serializers.Serializer[Any]):
    """The same patients, all together and in three divisions."""

    since = serializers.DateField()
    until = serializers.DateField()
    whole = StayGroupShape()
    by_grade = StayGroupShape(many=True, help_text="of the first table of organ failure")
    by_mode = StayGroupShape(many=True, help_text="of the first session of artificial liver")
    by_begin = StayGroupShape(many=True, help_text="of the first session after admission")


class StaysView(Counting):
    @described(
        "stay_statistics",
        "Death and transplant of admitted patients, by grade and by artificial liver",
        tag="statistics",
        description=DESCRIPTION,
        answer=StayOutcomesShape,
        parameters=[PeriodQuery],
        refusals=(404, 422),
    )
    def get(self, request: Request) -> Response:
        report_filter = self.whole_network()
        rows = filters.study(self.person, report_filter).rows
        outcomes = stay_outcomes(rows, hides_small=report_filter.hides_small)
        answer = {
            "since": report_filter.since,
            "until": report_filter.until,
            "whole": outcomes.whole,
            "by_grade": outcomes.by_grade,
            "by_mode": outcomes.by_mode,
            "by_begin": outcomes.by_begun,
        }
        return Response(StayOutcomesShape(answer).data)


def _by_horizon(figures: Any) -> dict[str, Any]:
    """An estimate by day of the horizon; null where it is not known."""
    estimates = {day: figures.get(day) for day in HORIZONS}
    return {f"day_{day}": EstimateShape(one).data if one else None for day, one in estimates.items()}
