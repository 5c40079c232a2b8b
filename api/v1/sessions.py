"""What opens a person's account: their browsers, apps and access tokens, to look at and to end."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import open_access, sign_ins
from accounts.open_access import OpenAccess
from api import vocabularies
from api.idempotency import idempotent
from api.narrowing import FieldsQuery
from api.permissions import AtAScreen, SecondFactor, session_of
from api.resource import Resource, whole
from api.v1.code_fields import CodeShape
from api.v1.documenting import IDEMPOTENCY_KEY, described
from api.v1.fields import KnownFieldsMixin, LineField


class SessionShape(serializers.Serializer[Any]):
    """One thing that opens the account. Addresses are kept for 90 days after it has ended."""

    id = serializers.UUIDField()
    kind = CodeShape(vocabularies.SESSION_KINDS)
    label = serializers.CharField(source="kind_in_words", help_text="`kind` in words")  # type: ignore[assignment]
    name = serializers.CharField(help_text="given by the person; empty without one")
    device = serializers.CharField(help_text="in words, from what it says of itself; empty for a token")
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="to within five minutes")
    address = serializers.IPAddressField(allow_null=True, help_text="from where it was last used")
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="unless used or refreshed before; null for a browser: 12 hours at most"
    )
    scopes = serializers.ListField(child=CodeShape(vocabularies.SCOPES), help_text="of an access token")
    current = serializers.BooleanField(source="is_current", help_text="the one that asks")


class SessionsShape(serializers.Serializer[Any]):
    results = SessionShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="always null")


class SessionChange(KnownFieldsMixin, serializers.Serializer[Any]):
    name = LineField(max_length=60, allow_blank=True, help_text="such as “ward computer 2”")


class EndedCountShape(serializers.Serializer[Any]):
    ended = serializers.IntegerField(help_text="how many there were")


class SessionsResource(Resource):
    """Only a person at a screen; an access token neither looks nor ends."""

    permission_classes = (IsAuthenticated, SecondFactor, AtAScreen)

    @property
    def current(self) -> UUID | None:
        return sign_ins.of_session(session_of(self.request))

    def rows(self) -> list[OpenAccess]:
        return open_access.open_access(self.person, current=self.current, now=self.now)

    def end(self, keep: UUID | None) -> Response:
        ended = sign_ins.end_all(user=self.person, actor=self.person, keep=keep, now=self.now)
        return Response({"ended": ended})


class SessionsView(SessionsResource):
    @described(
        "sessions",
        "Browsers, apps and access tokens that open your account",
        tag="me",
        answer=SessionsShape,
        parameters=[FieldsQuery],
        refusals=(403,),
    )
    def get(self, request: Request) -> Response:
        return whole(SessionShape, self.rows(), names=self.query(FieldsQuery)["fields"])


class SessionView(SessionsResource):
    @described(
        "name_session",
        "Give one of your devices a name",
        tag="me",
        request=SessionChange,
        answer=SessionShape,
        refusals=(403, 404, 422),
    )
    def patch(self, request: Request, session_id: UUID) -> Response:
        read = SessionChange(data=self.body)
        read.is_valid(raise_exception=True)
        sign_ins.rename(
            user=self.person, sign_in_id=session_id, name=read.validated_data["name"], now=self.now
        )
        named = next(one for one in self.rows() if one.id == session_id)
        return Response(SessionShape(named).data)

    @described(
        "end_session",
        "End one of them at once",
        description="Your own too: that signs you out. What was registered there to be told ends with it.",
        tag="me",
        answer=None,
        status=204,
        refusals=(403, 404),
    )
    def delete(self, request: Request, session_id: UUID) -> Response:
        open_access.end_one(user=self.person, id=session_id, actor=self.person, now=self.now)
        return Response(status=204)


class CurrentSessionView(SessionsResource):
    @described(
        "sign_out",
        "Sign out on this device",
        description="The device stays known, and what was registered there to be told is kept.",
        tag="sign-in",
        answer=None,
        status=204,
        refusals=(403,),
    )
    def delete(self, request: Request) -> Response:
        sign_ins.sign_out(session=session_of(request), user=self.person, now=self.now)
        return Response(status=204)


class EndOthersView(SessionsResource):
    @described(
        "end_other_sessions",
        "Sign out everywhere else, and end every access token",
        tag="me",
        answer=EndedCountShape,
        refusals=(403,),
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        return self.end(self.current)


class EndAllView(SessionsResource):
    @described(
        "end_all_sessions",
        "Sign out everywhere, here too, and end every access token",
        tag="me",
        answer=EndedCountShape,
        refusals=(403,),
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        return self.end(None)
