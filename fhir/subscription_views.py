"""Subscriptions of a program: made, read, begun again, deleted; how far one is, and its events again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from fhir.datatypes import as_uuid
from fhir.outcomes import refused
from fhir.read_views import InstanceView, SearchView
from fhir.subscriptions.bundles import notification, statuses
from fhir.subscriptions.matches import foci_of
from fhir.subscriptions.reading import is_same, read_subscription
from fhir.tokens import base_url
from fhir.views import FhirView
from fhir.write_views import preferred
from integrations import subscriptions
from integrations.models import EventSubscription, Integration
from referral.models import Case

MOST_OF_A_PROGRAM = 20
MOST_EVENTS = 500
TYPE = "Subscription"


class SubscriptionsView(SearchView):
    """Search, and `POST`: a new subscription. The same wish again is the one that is there."""

    def post(self, request: Request, resource_type: str) -> Response:
        self.grant.check("c", TYPE)
        sent = self.body
        if sent["resourceType"] != TYPE:
            raise refused(400, _("The body is of another type than the address."), kind="invalid")
        wish = read_subscription(sent, user=self.user, now=self.now)
        self.grant.check("r", wish.resource_type)
        row, is_new = _keep(wish, self.grant.integration, self.now)
        resource = self.reader.read(TYPE, str(row.pk))
        headers = {"Location": f"{base_url()}/{TYPE}/{row.pk}", "ETag": _tag(resource["meta"]["versionId"])}
        return preferred(request, resource, 201 if is_new else 200, headers)


def _tag(version: str) -> str:
    return f'W/"{version}"'


@transaction.atomic
def _keep(wish: EventSubscription, integration: Integration, now: datetime) -> tuple[EventSubscription, bool]:
    """The subscription for a wish, and whether it is new. Raises Refused where a program has too many."""
    Integration.objects.select_for_update(of=("self",)).get(pk=integration.pk)
    rows = list(integration.subscriptions.exclude(status=EventSubscription.Status.OFF))
    if there := next((row for row in rows if is_same(row, wish)), None):
        return there, False
    if len(rows) >= MOST_OF_A_PROGRAM:
        text = _("A system has at most %(most)s subscriptions. Delete one that is not needed any more.")
        raise refused(409, text % {"most": MOST_OF_A_PROGRAM}, kind="too-costly", code="too_many")
    wish.integration = integration
    wish.created_at = wish.updated_at = wish.next_at = now
    wish.save()
    return wish, True


class SubscriptionView(InstanceView):
    """Read, `PUT` with the status `requested` (begin again after an error), and `DELETE`."""

    def put(self, request: Request, resource_type: str, pk: str) -> Response:
        self.grant.check("u", TYPE)
        row = own(self, pk)
        if self.body["resourceType"] != TYPE or self.body.get("id", pk) != pk:
            text = _("The body is not the Subscription that the address names.")
            raise refused(400, text, "Subscription.id", kind="invalid")
        if self.body.get("status") != EventSubscription.Status.REQUESTED or row.end_reason:
            text = _(
                "A subscription is changed in one way: with the status “requested”, one that is in error "
                "begins again. For anything else delete it and make a new one."
            )
            raise refused(422, text, "Subscription.status", kind="not-supported")
        subscriptions.restart(row.pk, self.now)
        resource = self.reader.read(TYPE, pk)
        return preferred(request, resource, 200, {"ETag": _tag(resource["meta"]["versionId"])})

    def delete(self, request: Request, resource_type: str, pk: str) -> Response:
        """204; nothing more is sent, and its events are forgotten."""
        self.grant.check("d", TYPE)
        own(self, pk).delete()
        return Response(None, status=204)


def own(view: FhirView, pk: str) -> EventSubscription:
    """The program's own subscription. Raises Case.DoesNotExist, as for whatever is not there."""
    row = view.grant.integration.subscriptions.filter(pk=key).first() if (key := as_uuid(pk)) else None
    if row is None:
        raise Case.DoesNotExist
    return row


class StatusView(FhirView):
    """`Subscription/[id]/$status`"""

    def get(self, request: Request, pk: str) -> Response:
        self.grant.check("r", TYPE)
        return Response(statuses([subscriptions.settled(own(self, pk).pk)]))

    post = get

    def named(self) -> str:
        return f"{TYPE} $status"


class StatusesView(FhirView):
    """`Subscription/$status`: of all, or of those that `id` and `status` name."""

    def get(self, request: Request) -> Response:
        self.grant.check("r", TYPE)
        rows = self.grant.integration.subscriptions.all()
        given = request.query_params
        if ids := given.getlist("id"):
            rows = rows.filter(
                pk__in=[key for text in ids for one in text.split(",") if (key := as_uuid(one))]
            )
        if named := given.getlist("status"):
            rows = rows.filter(status__in=[one for text in named for one in text.split(",")])
        return Response(statuses([subscriptions.settled(row.pk) for row in rows]))

    def named(self) -> str:
        return f"{TYPE} $status"


class EventsView(FhirView):
    """`Subscription/[id]/$events`: those of a range of numbers, in order, for who missed some."""

    def get(self, request: Request, pk: str) -> Response:
        self.grant.check("r", TYPE)
        row = subscriptions.settled(own(self, pk).pk)
        given = self._given(request)
        first = _number(given.get("eventsSinceNumber"), "eventsSinceNumber", 1)
        last = _number(given.get("eventsUntilNumber"), "eventsUntilNumber", row.numbered)
        if given.get("content", row.payload) not in list(EventSubscription.Payload):
            text = _("“content” is “empty” or “id-only”: a full resource is read by itself.")
            raise refused(422, text, "content", kind="not-supported")
        row.payload = given.get("content", row.payload)
        self._refuse_forgotten(row.pk, first)
        events = list(row.events.filter(number__range=(first, last)).order_by("number")[:MOST_EVENTS])
        foci = foci_of(row, events) if subscriptions.may_receive(row.integration, row.resource_type) else {}
        return Response(notification(row, "query-event", events, foci, self.now))

    post = get

    def named(self) -> str:
        return f"{TYPE} $events"

    def _given(self, request: Request) -> dict[str, str]:
        """The parameters of the address, or of a Parameters resource that was posted. Raises Refused."""
        given = {name: str(value) for name, value in request.query_params.items()}
        if request.method == "POST" and self.body.get("resourceType") == "Parameters":
            rows = [row for row in self.body.get("parameter") or () if isinstance(row, dict)]
            values = {str(row.get("name")): row.get("valueString") or row.get("valueCode") for row in rows}
            given |= {name: str(value) for name, value in values.items()}
        for name in given:
            if name not in ("eventsSinceNumber", "eventsUntilNumber", "content", "_format"):
                text = _("“%(name)s” is no parameter of $events.") % {"name": name[:60]}
                raise refused(400, text, kind="not-supported", code="parameter")
        return given

    def _refuse_forgotten(self, pk: UUID, first: int) -> None:
        kept = EventSubscription.objects.get(pk=pk).events.exclude(number=None).order_by("number").first()
        if kept is not None and kept.number is not None and first < kept.number and first > 1:
            text = _("Events before %(number)s are not kept any more. Read what you need by a search.")
            raise refused(410, text % {"number": kept.number}, "eventsSinceNumber", code="forgotten")


def _number(text: str | None, name: str, otherwise: int) -> int:
    if text is None:
        return otherwise
    if not text.isdecimal() or len(text) > 18:
        raise refused(400, _("“%(name)s” is the number of an event.") % {"name": name}, name, kind="value")
    return int(text)
