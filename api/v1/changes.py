"""What changed since the last time, for apps that keep their own copy."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import vocabularies
from api.etags import weak_etag
from api.narrowing import FieldsQuery, narrowed
from api.paging import MOST, sealed, unsealed
from api.resource import Resource
from api.v1.code_fields import CodeShape
from api.v1.documenting import described
from referral.models import Event
from referral.pathway import timeline
from referral.queries.changes import FIRST, Changes, Position, changes_since, present

SALT = "api.changes"
NOW = "now"


class ChangesQuery(FieldsQuery):
    since = serializers.CharField(
        required=False,
        default="",
        max_length=500,
        help_text="`next` of the last answer; empty: from the start; `now`: no lines, only a cursor",
    )
    limit = serializers.IntegerField(
        required=False, default=MOST, min_value=1, max_value=MOST, help_text="how many lines at most"
    )


class ChangeShape(serializers.Serializer[Event]):
    """One line of one case's timeline, without what it says. `gone`: the case is no longer yours to see."""

    case = serializers.UUIDField(source="case_id")
    number = serializers.CharField(source="case.number")
    version = serializers.IntegerField(source="number", help_text="of the case after this line")
    what = CodeShape(vocabularies.EVENTS)
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    gone = serializers.SerializerMethodField()

    def get_label(self, event: Event) -> str:
        return str(timeline.label(event.what, event.state_after))

    def get_gone(self, event: Any) -> bool:
        return not event.sees


class ChangesShape(serializers.Serializer[Any]):
    """`next` is never empty: ask again with it, at once while there are `more`, else after a while."""

    results = ChangeShape(many=True)
    next = serializers.CharField()
    more = serializers.BooleanField()


class ChangesView(Resource):
    @described(
        "changes",
        "Everything you may see that changed since a cursor, in an order that skips nothing",
        tag="cases",
        description=(
            "Each result names a case to read again; `gone` ones are no longer yours to see. Lines come in "
            "the order of their transactions, and only once every earlier transaction has ended. What became "
            "visible to you by a new role is not told: start without a cursor then. An app that begins takes "
            "a cursor with `since=now`, then the cases from `/cases`, whole ones with `ids`, and from then "
            "on what changed. While nothing does, the same cursor sent with `If-None-Match` is answered by a "
            "304: keep it."
        ),
        answer=ChangesShape,
        parameters=[ChangesQuery],
        refusals=(422,),
    )
    def get(self, request: Request) -> Response:
        query = self.query(ChangesQuery)
        if query["since"] == NOW:
            changes = Changes([], present(), more=False)
        else:
            changes = changes_since(self.person, opened(query["since"]), query["limit"])
        lines: Any = changes.lines
        rows = narrowed(ChangeShape(lines, many=True), query["fields"])
        body = {"results": rows, "next": cursor_at(changes.next), "more": changes.more}
        if query["since"] == NOW:
            return Response(body)
        # The cursor is another one in every answer, also while nothing changes.
        return Response(body, headers={"ETag": weak_etag([rows, changes.more], self.person)})


def cursor_at(position: Position) -> str:
    """What `opened` reads."""
    return sealed([position.transaction, str(position.event)], SALT)


def opened(cursor: str) -> Position:
    """The position that a cursor stands for. Raises InputError."""
    if not cursor:
        return Position(0, FIRST)
    transaction, event = unsealed(cursor, SALT, "since")
    return Position(transaction, UUID(event))
