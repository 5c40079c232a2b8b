"""The access tokens of a person's programs."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tokens
from accounts.tokens import MOST_DAYS, SCOPES
from api import vocabularies
from api.idempotency import idempotent
from api.narrowing import FieldsQuery
from api.permissions import AtAScreen, SecondFactor, SecondProof
from api.resource import Resource, whole
from api.v1.code_fields import CodeRequest, CodeShape
from api.v1.documenting import IDEMPOTENCY_KEY, described
from api.v1.fields import KnownFieldsMixin, LineField


@extend_schema_field(serializers.ListField(child=CodeRequest(vocabularies.SCOPES), min_length=1))
class ScopesField(serializers.MultipleChoiceField):
    """What a new access token opens."""


class TokenRequest(KnownFieldsMixin, serializers.Serializer[Any]):
    name = LineField(max_length=80, help_text="what it is for")
    scopes = ScopesField(choices=SCOPES, allow_empty=False)
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, required=False, default=90)


class TokenShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=CodeShape(vocabularies.SCOPES))
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    address = serializers.IPAddressField(allow_null=True, help_text="from where it was last used")


class NewTokenShape(TokenShape):
    token = serializers.CharField(help_text="shown this once; send it as “Authorization: Bearer …”")


class TokensShape(serializers.Serializer[Any]):
    results = TokenShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="always null: there are 20 at most")


class TokensView(Resource):
    permission_classes = (IsAuthenticated, SecondFactor, AtAScreen)
    carries_secrets = True

    def get_permissions(self) -> list[Any]:
        """What makes a token asks for a second proof, before an earlier answer is repeated too."""
        own = list(super().get_permissions())
        return [*own, SecondProof()] if self.request.method == "POST" else own

    @described(
        "access_tokens",
        "Your living access tokens",
        tag="me",
        answer=TokensShape,
        parameters=[FieldsQuery],
        refusals=(403,),
    )
    def get(self, request: Request) -> Response:
        names = self.query(FieldsQuery)["fields"]
        return whole(TokenShape, tokens.living(self.person, self.now), names=names)

    @described(
        "create_access_token",
        "Make an access token for a program",
        description="Asks for a second proof within the last 15 minutes: your second factor at "
        "`/_allauth/app/v1/auth/2fa/reauthenticate`, or, where you have none, your password at "
        "`/_allauth/app/v1/auth/reauthenticate`. Until then: 403 `second_proof_required`, whose `method` is "
        "`mfa` or `password`. You are told by mail. It ends with your password and your account.",
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
        refusals=(403, 404),
    )
    def delete(self, request: Request, token_id: UUID) -> Response:
        tokens.revoke(user=self.person, token_id=token_id, actor=self.person, now=self.now)
        return Response(status=204)
