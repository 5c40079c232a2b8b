"""A person's contact methods: telephones, browsers, phones with the app, robots and webhooks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import sign_ins
from api import vocabularies
from api.idempotency import idempotent
from api.narrowing import FieldsQuery
from api.permissions import AtAScreen, Scope, SecondFactor, session_of
from api.problems import Refusal
from api.resource import Resource, whole
from api.v1.code_fields import CodeRequest, CodeShape
from api.v1.documenting import IDEMPOTENCY_KEY, described
from api.v1.fields import KnownFieldsMixin
from notifications import selectors
from notifications.channels.base import AddressError
from notifications.channels.names import ChannelName
from notifications.channels.registry import channels
from notifications.contacts import contact_methods
from notifications.contacts.contact_methods import ContactMethodError
from notifications.models import Subscription
from notifications.selectors import Reach
from notifications.types import Severity
from referral.pathway.refusals import InputError


class ReachShape(serializers.Serializer[Reach]):
    """One contact method of this person and how it fared; `works` is null while nothing was sent there."""

    id = serializers.CharField(source="key", help_text="of `/devices/{id}`")
    channel = CodeShape(ChannelName)
    label = serializers.CharField()  # type: ignore[assignment]
    name = serializers.CharField(help_text="given by the person")
    address = serializers.CharField(help_text="shortened, to be recognised by")
    enabled = serializers.BooleanField()
    min_severity = CodeShape(Severity)
    is_floor = serializers.BooleanField(help_text="severe and critical alerts come whatever is wished")
    awaits_code = serializers.BooleanField(help_text="nothing is sent there before its code was entered")
    signed_out = serializers.BooleanField(
        help_text="on that browser or phone: nothing is sent there until the person signs in on it again"
    )
    secret = serializers.CharField(help_text="of a webhook, shown until it is proved; empty otherwise")
    works = serializers.BooleanField(allow_null=True)
    last_success_at = serializers.DateTimeField(allow_null=True)
    last_error_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField()


class AskShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    help = serializers.CharField()
    optional = serializers.BooleanField()


class AddableShape(serializers.Serializer[Any]):
    """A channel that is set up here; `asks` is what a person types, a device registers itself."""

    channel = CodeShape(ChannelName, source="name")
    label = serializers.CharField()  # type: ignore[assignment]
    is_device = serializers.BooleanField()
    asks = AskShape(many=True)


class DevicesShape(serializers.Serializer[Any]):
    results = ReachShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="always null: there are 20 at most")
    addable = AddableShape(many=True)


class DeviceRequest(KnownFieldsMixin, serializers.Serializer[Any]):
    """`address` (and `secret`) for what is typed; `token` for an app; three fields for a browser."""

    channel = CodeRequest(ChannelName)
    name = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    address = serializers.CharField(max_length=2000, required=False)
    secret = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="of a robot; empty: it has none; left out: the one that is known stays",
    )
    token = serializers.CharField(max_length=1000, required=False)
    endpoint = serializers.CharField(max_length=2000, required=False)
    p256dh = serializers.CharField(max_length=200, required=False)
    auth = serializers.CharField(max_length=100, required=False)


class DeviceChange(KnownFieldsMixin, serializers.Serializer[Any]):
    code = serializers.CharField(max_length=20, required=False, help_text="the one that was sent there")
    secret = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="of a robot; empty: it has none"
    )
    enabled = serializers.BooleanField(required=False)
    min_severity = CodeRequest(vocabularies.WISHES, required=False)


@contextmanager
def refusing() -> Iterator[None]:
    """What a contact method refuses, as the API says it."""
    try:
        yield
    except AddressError as error:
        raise InputError((error.field, "invalid", error.message)) from error
    except ContactMethodError as error:
        if error.wait is None:
            raise Refusal(409, error.code, error.message) from error
        raise Refusal(429, error.code, error.message, wait=int(error.wait.total_seconds()) + 1) from error


class DevicesResource(Resource):
    """Only a person changes where their alerts go; a program with a token may look."""

    permission_classes = (IsAuthenticated, SecondFactor, Scope)
    carries_secrets = True

    def get_permissions(self) -> list[Any]:
        own = list(super().get_permissions())
        return own if self.request.method in ("GET", "HEAD", "OPTIONS") else [*own, AtAScreen()]

    def subscription(self, key: str) -> Subscription:
        return contact_methods.find(self.person, key)

    def answer(self, subscription: Subscription, status: int = 200) -> Response:
        return Response(ReachShape(selectors.reach(subscription)).data, status=status)


class DevicesView(DevicesResource):
    @described(
        "devices",
        "Your contact methods, and what can be added",
        tag="devices",
        answer=DevicesShape,
        parameters=[FieldsQuery],
    )
    def get(self, request: Request) -> Response:
        names = self.query(FieldsQuery)["fields"]
        addable: Any = [one for one in channels().values() if one.asks or one.is_device]
        described_ones = AddableShape(addable, many=True).data
        return whole(ReachShape, selectors.reachability(self.person), names=names, addable=described_ones)

    @described(
        "add_device",
        "Add a telephone, a browser, an app, a robot or a webhook",
        tag="devices",
        request=DeviceRequest,
        answer=ReachShape,
        status=201,
        refusals=(403, 409, 422, 429),
        parameters=[IDEMPOTENCY_KEY],
        description="What is typed gets a code, to be entered with PATCH. A known address is taken up again.",
    )
    @idempotent
    def post(self, request: Request) -> Response:
        read = DeviceRequest(data=self.body)
        read.is_valid(raise_exception=True)
        given = dict(read.validated_data)
        channel, name = given.pop("channel"), given.pop("name")
        with refusing():
            subscription = contact_methods.add(
                user=self.person,
                channel=channel,
                given=given,
                name=name,
                device=sign_ins.device_of(session_of(self.request)),
                now=self.now,
            )
        return self.answer(subscription, 201)


class DeviceView(DevicesResource):
    @described(
        "change_device",
        "Enter the code, change a robot's secret, or say what is wanted there",
        tag="devices",
        request=DeviceChange,
        answer=ReachShape,
        refusals=(403, 404, 409, 422),
    )
    def patch(self, request: Request, key: str) -> Response:
        subscription = self.subscription(key)
        read = DeviceChange(data=self.body)
        read.is_valid(raise_exception=True)
        given = read.validated_data
        with refusing():
            if "code" in given:
                subscription = contact_methods.confirm(
                    subscription=subscription, code=given["code"], now=self.now
                )
            if "secret" in given:
                subscription = contact_methods.change_secret(
                    subscription=subscription, secret=given["secret"]
                )
            if {"enabled", "min_severity"} & set(given):
                enabled = given.get("enabled", subscription.enabled)
                wished = given.get("min_severity", subscription.min_severity)
                subscription = contact_methods.wish(
                    subscription=subscription, enabled=enabled, min_severity=wished
                )
        return self.answer(subscription)

    @described(
        "remove_device", "Forget an address", tag="devices", answer=None, status=204, refusals=(403, 404, 409)
    )
    def delete(self, request: Request, key: str) -> Response:
        with refusing():
            contact_methods.remove(subscription=self.subscription(key), now=self.now)
        return Response(status=204)


def _action(operation: str, summary: str, act: Callable[..., Any]) -> type[Resource]:
    """A view that has something sent to one contact method."""

    @described(
        operation,
        summary,
        tag="devices",
        answer=ReachShape,
        refusals=(403, 404, 409, 429),
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self: DevicesResource, request: Request, key: str) -> Response:
        subscription = self.subscription(key)
        with refusing():
            act(subscription=subscription, now=self.now)
        return self.answer(self.subscription(key))

    return type(f"{operation.title().replace('_', '')}View", (DevicesResource,), {"post": post})


TestView = _action("test_device", "Send a real test message there", contact_methods.send_test)
CodeView = _action("send_device_code", "Send a new code there", contact_methods.send_code)
