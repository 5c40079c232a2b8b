"""The app's refresh: how it stays signed in, offline for a day too, with session tokens that live an hour."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.devices import HEADER
from accounts.refresh import refresh
from accounts.refusals import RefreshRefused
from api.problems import Refusal
from api.resource import Resource
from api.v1.documenting import described
from api.v1.fields import KnownFieldsMixin
from referral.pathway.refusals import InputError

DESCRIPTION = """\
`meta` of the answer that completes a sign-in holds `session_token` (for `X-Session-Token`), `expires_in` (its
seconds), `refresh_token` and `device_token`. Keep the device token for ever, on this device only, and send it
as `X-Device-Token` here and with every sign-in: it makes this device known. Every refresh gives it anew: keep
that one then, because an earlier one ends when the installation changes its keys.

Refresh before the session expires, or on a 401. Each refresh token is used once: keep the one in the answer
before you use anything else of it. The session before goes on for a minute. **A lost answer** does no harm:
send the same token again, after a day too; it is taken until something of the answer was used. Any older
token, or one with another device's token, ends this sign-in for good, and its person is told.

Unused for 30 days, or 90 days after the sign-in, the app signs in anew (both can be set otherwise). It ends
at once when the person signs out everywhere, changes the password, or the account is closed."""


DEVICE_TOKEN = OpenApiParameter(
    HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="`meta.device_token` of the sign-in.",
)


class RefreshRequest(KnownFieldsMixin, serializers.Serializer[Any]):
    refresh_token = serializers.CharField(max_length=200)


class RefreshedShape(serializers.Serializer[Any]):
    session_token = serializers.CharField(help_text="for the header `X-Session-Token`")
    expires_at = serializers.DateTimeField(help_text="of the session token")
    refresh_token = serializers.CharField(help_text="for the next refresh, instead of the one sent")
    refresh_until = serializers.DateTimeField(help_text="unless refreshed before")
    device_token = serializers.CharField(help_text="for `X-Device-Token` from now on; of the same device")


class RefreshView(Resource):
    """Whoever has the token is known by it, so nobody needs to be signed in. It is repeated by its token."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    carries_secrets = True

    @described(
        "refresh",
        "Exchange a refresh token for a session token",
        description=DESCRIPTION,
        tag="me",
        request=RefreshRequest,
        answer=RefreshedShape,
        refusals=(401,),
        parameters=[DEVICE_TOKEN],
    )
    def post(self, request: Request) -> Response:
        read = RefreshRequest(data=self.body)
        read.is_valid(raise_exception=True)
        if not request.headers.get(HEADER):
            raise InputError((HEADER, "required", _("Send the device token that came with the sign-in.")))
        try:
            refreshed = refresh(token=read.validated_data["refresh_token"], request=request, now=self.now)
        except RefreshRefused as error:
            raise Refusal(401, "refresh_refused", error.message) from error
        return Response(RefreshedShape(refreshed).data)
