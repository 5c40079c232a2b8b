"""The inbox: what a person was told, to be read and acknowledged."""

from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import idempotent
from api.resource import PageQuery, Resource, paged
from api.v1.documenting import IDEMPOTENCY_KEY, described, page_of
from api.v1.shapes import NotificationShape
from notifications.delivery.bundles import sent_together
from notifications.models import Notification
from notifications.selectors import inbox
from notifications.services import acknowledge, mark_all_read, mark_read


class InboxQuery(PageQuery):
    unread = serializers.BooleanField(required=False, default=False, help_text="only those not read yet")


class InboxView(Resource):
    """What every address of the inbox shares."""

    def own(self, notification_id: UUID) -> Notification:
        return inbox(self.person).get(pk=notification_id)

    def answer(self, notification: Notification) -> Response:
        context = {"language": get_language() or "", "together": sent_together([notification])}
        return Response(NotificationShape(notification, context=context).data)


class NotificationsView(InboxView):
    @described(
        "notifications",
        "Your notifications, the newest first",
        tag="notifications",
        answer=page_of(NotificationShape),
        parameters=[InboxQuery],
        refusals=(422,),
    )
    def get(self, request: Request) -> Response:
        query = self.query(InboxQuery)
        rows = inbox(self.person)
        if query["unread"]:
            rows = rows.filter(read_at__isnull=True)
        page = self.cut(rows, order=("-created_at", "-pk"), query=query)
        together = sent_together(page.rows)
        context = {"language": get_language() or "", "together": together}
        return paged(NotificationShape, page, names=query["fields"], **context)


class AcknowledgeView(InboxView):
    @described(
        "acknowledge_notification",
        "Say that you know",
        tag="notifications",
        answer=NotificationShape,
        refusals=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request, notification_id: UUID) -> Response:
        own = self.own(notification_id)
        return self.answer(acknowledge(notification=own, user=self.person, now=self.now))


class ReadView(InboxView):
    @described(
        "read_notification",
        "Mark one as read",
        tag="notifications",
        answer=NotificationShape,
        refusals=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request, notification_id: UUID) -> Response:
        own = self.own(notification_id)
        return self.answer(mark_read(notification=own, user=self.person, now=self.now))


class ReadCountShape(serializers.Serializer[Any]):
    count = serializers.IntegerField()


class ReadAllView(Resource):
    @described(
        "read_all_notifications",
        "Mark all as read",
        tag="notifications",
        answer=ReadCountShape,
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        return Response({"count": mark_all_read(user=self.person, now=self.now)})
