"""Who is asking: roles, preferences, how they can be reached."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Membership, Role, User
from accounts.preferences import choose_language
from api.resource import Resource
from api.v1.code_fields import CodeRequest, CodeShape
from api.v1.devices import ReachShape
from api.v1.documenting import described
from api.v1.fields import KnownFieldsMixin
from api.v1.shapes import PlaceShape
from notifications.selectors import is_reachable, reachability, unread_count


class MembershipShape(serializers.Serializer[Membership]):
    """One role at one place: a hospital, a ward, or a whole network."""

    role = CodeShape(Role)
    label = serializers.CharField(source="get_role_display")  # type: ignore[assignment]
    hospital = PlaceShape(allow_null=True)
    ward = PlaceShape(allow_null=True)
    network = PlaceShape()


class MeShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    phone = serializers.CharField()
    language = CodeShape(User.Language, help_text="of screens and messages; the API speaks Accept-Language")
    roles = MembershipShape(many=True)
    practises = serializers.BooleanField(
        help_text="the account is for practice with made-up patients: nothing of it is sent or counted"
    )
    reachable = serializers.BooleanField(
        allow_null=True, help_text="outside of the portal, now; null while nothing was sent yet"
    )
    reachability = ReachShape(many=True)
    unread = serializers.IntegerField(help_text="notifications not read yet")


class MeRequest(KnownFieldsMixin, serializers.Serializer[Any]):
    language = CodeRequest(User.Language)


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
        answer = {name: getattr(user, name) for name in ("id", "email", "name", "phone", "language")}
        answer["roles"] = user.memberships.select_related("hospital", "ward", "network")
        answer["practises"] = any(row.network.is_practice for row in answer["roles"])
        answer["reachability"], answer["unread"] = reachability(user), unread_count(user)
        answer["reachable"] = is_reachable(answer["reachability"])
        return Response(MeShape(answer).data)
