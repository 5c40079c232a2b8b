"""Who is asking: roles, preferences, how they can be reached; and the access tokens of their programs."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Membership, User
from accounts.preferences import choose_language
from api import tokens
from api.idempotency import idempotent
from api.permissions import SCOPES, AtAScreen, SecondFactor
from api.resource import Resource
from api.v1.devices import ReachShape
from api.v1.documenting import IDEMPOTENCY_KEY, described
from api.v1.fields import KnownFieldsMixin, LineField
from api.v1.shapes import PlaceShape
from notifications.selectors import is_reachable, reachability, unread_count


class RoleShape(serializers.Serializer[Membership]):
    """One role at one place: a hospital, a ward, or a whole network."""

    role = serializers.CharField()
    label = serializers.CharField(source="get_role_display")  # type: ignore[assignment]
    hospital = PlaceShape(allow_null=True)
    ward = PlaceShape(allow_null=True)
    network = PlaceShape()


class MeShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    phone = serializers.CharField()
    language = serializers.CharField(help_text="of screens and messages; the API speaks Accept-Language")
    roles = RoleShape(many=True)
    reachable = serializers.BooleanField(
        allow_null=True, help_text="outside of the portal, now; null while nothing was sent yet"
    )
    reachability = ReachShape(many=True)
    unread = serializers.IntegerField(help_text="notifications not read yet")


class MeRequest(KnownFieldsMixin, serializers.Serializer[Any]):
    language = serializers.ChoiceField(choices=User.Language.choices)


class MeView(Resource):
    carries_secrets = True  # those of webhooks, in `reachability`

    @described("me", "Who am I, what may I do, how can I be reached", tag="me", answer=MeShape)
    def get(self, request: Request) -> Response:
        return self._answer()

    @described(
        "choose_language",
        "Choose the language of screens and messages",
        tag="me",
        request=MeRequest,
        answer=MeShape,
        refusals=(422,),
    )
    def patch(self, request: Request) -> Response:
        read = MeRequest(data=self.body)
        read.is_valid(raise_exception=True)
        choose_language(user=self.person, language=read.validated_data["language"])
        return self._answer()

    def _answer(self) -> Response:
        user = self.person
        facts = {name: getattr(user, name) for name in ("id", "email", "name", "phone", "language")}
        facts["roles"] = user.memberships.select_related("hospital", "ward", "network")
        facts["reachability"], facts["unread"] = reachability(user), unread_count(user)
        facts["reachable"] = is_reachable(facts["reachability"])
        return Response(MeShape(facts).data)


class TokenRequest(KnownFieldsMixin, serializers.Serializer[Any]):
    name = LineField(max_length=80, help_text="what it is for")
    scopes = serializers.MultipleChoiceField(choices=SCOPES, allow_empty=False)
    days = serializers.IntegerField(min_value=1, max_value=366, required=False, default=90)


class TokenShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class NewTokenShape(TokenShape):
    token = serializers.CharField(help_text="shown this once; send it as “Authorization: Bearer …”")


class TokensShape(serializers.Serializer[Any]):
    results = TokenShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="always null: there are 20 at most")


class TokensView(Resource):
    permission_classes = (IsAuthenticated, SecondFactor, AtAScreen)
    carries_secrets = True

    @described("access_tokens", "Your living access tokens", tag="me", answer=TokensShape)
    def get(self, request: Request) -> Response:
        rows = TokenShape(tokens.living(self.person, self.now), many=True).data
        return Response({"results": rows, "next": None})

    @described(
        "create_access_token",
        "Make an access token for a program",
        tag="me",
        request=TokenRequest,
        answer=NewTokenShape,
        status=201,
        refusals=(403, 409, 422),
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        read = TokenRequest(data=self.body)
        read.is_valid(raise_exception=True)
        token, secret = tokens.create(user=self.person, now=self.now, **read.validated_data)
        return Response({**TokenShape(token).data, "token": secret}, status=201)


class TokenView(Resource):
    permission_classes = (IsAuthenticated, SecondFactor, AtAScreen)

    @described(
        "revoke_access_token",
        "End an access token at once",
        tag="me",
        answer=None,
        status=204,
        refusals=(404,),
    )
    def delete(self, request: Request, token_id: UUID) -> Response:
        tokens.revoke(user=self.person, token_id=token_id, now=self.now)
        return Response(status=204)
