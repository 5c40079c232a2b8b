"""What became of the notifications to the people of a network, hospital or ward."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from api import vocabularies
from api.v1.code_fields import CodeShape
from api.v1.documenting import described
from api.v1.statistics import Counting, ShareShape, SpreadShape, StatisticsQuery
from notifications.channels.names import ChannelName
from notifications.models import DeliveryState
from referral.statistics.reports.filters import ReportFilter
from referral.statistics.reports.first_answers import AlertedBy, FirstAnswers, first_answers
from referral.statistics.reports.notification_report import (
    NotificationCounts,
    NotificationReport,
    may_read,
    notification_report,
)
from referral.statistics.reports.table import names

DESCRIPTION = (
    "Counted are notifications to the people of the caller's hospitals and wards, and to all of the networks "
    "that the caller coordinates, by the month in which they were written. Somebody of two places counts at "
    "both, and once in the whole. Urgent ones are severe or critical and ask for an acknowledgement. What "
    "became of them counts for 72 hours after they were written."
)


class NotificationCountsShape(serializers.Serializer[NotificationCounts]):
    """`reached`: handed over or delivered; `failed`: no channel was left. `answer`: until acknowledged."""

    total = serializers.IntegerField()
    reached = ShareShape()
    failed = serializers.IntegerField()
    read = ShareShape()
    urgent = serializers.IntegerField()
    acknowledged = ShareShape(help_text="of the urgent ones")
    answer = SpreadShape()


class NamedNotificationCountsShape(NotificationCountsShape):
    key = serializers.SerializerMethodField(help_text="month, or id of the place; null without a place")
    name = serializers.SerializerMethodField()

    def get_key(self, group: NotificationCounts) -> str | None:
        return None if group.key is None else str(group.key)

    def get_name(self, group: NotificationCounts) -> str:
        return str(self.context["names"][group.key])


class DeliveryCountShape(serializers.Serializer[Any]):
    channel = CodeShape(ChannelName)
    state = CodeShape(DeliveryState)
    count = serializers.IntegerField()


class FirstAnswerShape(serializers.Serializer[Any]):
    alerted_by = CodeShape(AlertedBy)
    answer = SpreadShape()


class FirstAnswersShape(serializers.Serializer[FirstAnswers]):
    """From the first alert about a request to the first person who answered it, by the channel that had last
    alerted them; of fewer than five only their number. `unanswered`: ran out without any answer."""

    whole = SpreadShape()
    by_alert = serializers.SerializerMethodField()
    unanswered = serializers.IntegerField()

    @extend_schema_field(FirstAnswerShape(many=True))
    def get_by_alert(self, answers: FirstAnswers) -> list[dict[str, Any]]:
        rows = [{"alerted_by": way, "answer": spread} for way, spread in answers.by_alert.items()]
        return list(FirstAnswerShape(rows, many=True).data)


class NotificationReportShape(serializers.Serializer[Any]):
    by = CodeShape(vocabularies.GROUPINGS)
    since = serializers.DateField()
    until = serializers.DateField()
    whole = NotificationCountsShape()
    groups = NamedNotificationCountsShape(many=True)
    deliveries = DeliveryCountShape(many=True)
    first_answers = FirstAnswersShape()


class MessageStatisticsView(Counting):
    @described(
        "notification_statistics",
        "Notifications delivered, failed, read and acknowledged by month, hospital or ward",
        tag="statistics",
        description=DESCRIPTION,
        answer=NotificationReportShape,
        parameters=[StatisticsQuery],
        refusals=(404, 422),
    )
    def get(self, request: Request) -> Response:
        report_filter = self.report_filter(self.asked(StatisticsQuery))
        if not may_read(self.person, report_filter):
            raise NotFound
        report = notification_report(self.person, report_filter)
        answers = first_answers(self.person, report_filter)
        return Response(notification_report_answer(report, answers, report_filter))


def notification_report_answer(
    report: NotificationReport, answers: FirstAnswers, report_filter: ReportFilter
) -> dict[str, Any]:
    """One NotificationReportShape."""
    context = {"names": names([group.key for group in report.groups], report_filter, "")}
    return {
        "by": str(report.by),
        "since": report_filter.since,
        "until": report_filter.until,
        "whole": NotificationCountsShape(report.whole).data,
        "groups": NamedNotificationCountsShape(report.groups, many=True, context=context).data,  # type: ignore[arg-type]
        "deliveries": [
            {"channel": channel, "state": state, "count": count}
            for (channel, state), count in sorted(report.deliveries.items())
        ],
        "first_answers": FirstAnswersShape(answers).data,
    }
