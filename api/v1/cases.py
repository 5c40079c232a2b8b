"""Cases: the list, several by their ids, registration, one case and its parts, the board."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import vocabularies
from api.idempotency import idempotent
from api.narrowing import FieldsQuery, Names
from api.resource import PageQuery, Resource, paged
from api.v1.case_answers import case_answer
from api.v1.case_shapes import BoardCaseShape, CaseShape, ListedCaseShape, RegisteredCaseShape
from api.v1.code_fields import CodeRequest
from api.v1.documenting import ETAG, IDEMPOTENCY_KEY, LOCATION, described, page_of
from api.v1.event_shapes import EventPageShape, EventShape
from api.v1.registration import EXAMPLE_REGISTRATION, RegistrationRequest, submit_request
from api.v1.shapes import DeadlineShape, MessageShape
from api.v1.whole_cases import BY_ID, MOST_IDS, CasesShape, IdsField, whole_cases
from referral.intake.drafts import draft_on
from referral.models import Case
from referral.pathway.refusals import AccessError
from referral.pathway.vocabulary import State
from referral.queries import access_log, cases
from referral.queries.worklists import numbered

NEWEST_FIRST = ("-registered_at", "-pk")
LEAST_TIME_FIRST = ("first_due", "first_visit_at", "pk")


@extend_schema_field(serializers.ListField(child=CodeRequest(State)))
class StatesField(serializers.CharField):
    """Codes with commas between them, or the parameter repeated."""


class CaseQuery(PageQuery):
    state = StatesField(
        required=False, default="", max_length=200, help_text="one or several, repeated or with commas"
    )
    hospital = serializers.UUIDField(required=False, help_text="first hospital")
    ward = serializers.UUIDField(required=False, help_text="that has or expects the patient")
    flagged = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="whether a score or a person flagged it"
    )
    q = serializers.CharField(required=False, default="", max_length=20, help_text="part of a case number")
    ids = IdsField(
        required=False,
        max_length=MOST_IDS,
        help_text="of the cases wanted, 100 at most, with commas between them",
    )

    def validate_state(self, value: str) -> list[str]:
        states = [state.strip() for state in value.split(",") if state.strip()]
        return [serializers.ChoiceField(choices=State.choices).run_validation(state) for state in states]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("ids") and (others := sorted(set(self.initial_data) - {"ids", "fields"})):
            message = _("With “ids” nothing else narrows the list. Leave this out.")
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail(str(message), "not_with_ids")] for name in others}
            )
        return attrs


class BoardQuery(PageQuery):
    part = CodeRequest(
        vocabularies.PARTS,
        required=False,
        default="",
        allow_blank=True,
        help_text="one part of the pathway; all of it when left out",
    )


def chosen(rows: QuerySet[Case], query: dict[str, Any]) -> QuerySet[Case]:
    """`rows` that fit the filters of a CaseQuery."""
    sections = {
        "state__in": query["state"],
        "hospital": query.get("hospital"),
        "ward": query.get("ward"),
    }
    rows = numbered(rows, query["q"]).filter(**{name: value for name, value in sections.items() if value})
    return rows if query["flagged"] is None else rows.filter(flagged_at__isnull=not query["flagged"])


class CaseList(Resource):
    """Lists of cases, whose reading is audited page by page."""

    shape: ClassVar[type[ListedCaseShape]] = ListedCaseShape

    def listed(self, rows: QuerySet[Case], order: Sequence[str], query: dict[str, Any]) -> Response:
        page = self.cut(rows, order=order, query=query)
        answer = paged(self.shape, page, names=query["fields"], user=self.person)
        access_log.record_live(user=self.person, cases=page.rows, now=self.now)
        return answer


class CasesView(CaseList):
    @described(
        "cases_list",
        "The cases you may see, the newest first; or those of some ids, whole",
        tag="cases",
        description=BY_ID,
        answer=CasesShape,
        parameters=[CaseQuery],
        refusals=(422,),
    )
    def get(self, request: Request) -> Response:
        query = self.query(CaseQuery)
        if "ids" in request.query_params:
            # An app that wants none must not be given all.
            ids = query.get("ids", [])
            return whole_cases(ids, self.person, names=query["fields"], now=self.now)
        return self.listed(chosen(cases.cases(self.person), query), NEWEST_FIRST, query)

    def check_replay(self, answer: Any, **named: Any) -> None:
        if not Case.objects.visible_to(self.person).filter(pk=answer["id"]).exists():
            raise AccessError

    @described(
        "register",
        "Register a first visit, with or without indicators",
        tag="cases",
        description=(
            "With a complete set of indicators the case is assessed at once, and offered to a ward if it is "
            "flagged; if the indicators are refused, nothing is registered. An incomplete set is kept as a "
            "draft."
        ),
        request=RegistrationRequest,
        answer=RegisteredCaseShape,
        status=201,
        refusals=(403, 409, 422, 429),
        parameters=[IDEMPOTENCY_KEY, ETAG, LOCATION],
        examples=[EXAMPLE_REGISTRATION],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        if not self.person.access.refers_for:
            raise AccessError
        case, warnings = submit_request(self.body, actor=self.person, now=self.now)
        missing = [] if case.assessment else list(draft_on(case, self.now).reading.missing)
        response = case_answer(
            case, self.person, now=self.now, status=201, missing=missing, warnings=warnings
        )
        response["Location"] = f"{request.path}/{case.pk}"
        return response


class CaseView(Resource):
    @described(
        "case",
        "One case; the reading is audited",
        tag="cases",
        answer=CaseShape,
        parameters=[FieldsQuery],
        refusals=(404, 422),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        names = self.query(FieldsQuery)["fields"]
        case = cases.read_case(self.person, case_id, now=self.now)
        return case_answer(case, self.person, now=self.now, names=names)


def shows_entered(names: Names) -> bool:
    """Whether an answer narrowed to `names` has what was entered on each case."""
    return not names or not {"values", "grounds"}.isdisjoint(names)


class BoardView(CaseList):
    shape = BoardCaseShape

    @described(
        "board",
        "The open work of your wards, hospitals and networks, the least time left first",
        tag="cases",
        answer=page_of(BoardCaseShape),
        parameters=[BoardQuery],
        refusals=(422,),
    )
    def get(self, request: Request) -> Response:
        query = self.query(BoardQuery)
        rows = cases.open_work(self.person, query["part"])
        if shows_entered(query["fields"]):
            rows = cases.with_entered(rows)
        return self.listed(cases.by_time_left(rows), LEAST_TIME_FIRST, query)


class PartView(Resource):
    """A list that belongs to one case; the reading is audited."""

    part: ClassVar[str]
    shape: ClassVar[type[serializers.Serializer[Any]]]
    order: ClassVar[tuple[str, ...]]

    def rows(self, case: Case) -> QuerySet[Any]:
        raise NotImplementedError

    def answer(self, case_id: UUID) -> Response:
        query = self.query(PageQuery)
        case = cases.read_case(self.person, case_id, now=self.now, part=self.part)
        page = self.cut(self.rows(case), order=self.order, query=query)
        return paged(self.shape, page, names=query["fields"])


class EventsView(PartView):
    part, shape, order = "events", EventShape, ("number",)

    def rows(self, case: Case) -> QuerySet[Any]:
        return cases.events(case)

    @described(
        "case_events",
        "The timeline of a case",
        tag="cases",
        answer=EventPageShape,
        parameters=[PageQuery],
        refusals=(404, 422),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        return self.answer(case_id)


class MessagesView(PartView):
    part, shape, order = "messages", MessageShape, ("sent_at", "pk")

    def rows(self, case: Case) -> QuerySet[Any]:
        return cases.messages(case)

    @described(
        "case_messages",
        "The talk between ward and first hospital; write with the verb “message”",
        tag="cases",
        answer=page_of(MessageShape),
        parameters=[PageQuery],
        refusals=(404, 422),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        return self.answer(case_id)


class DeadlinesView(PartView):
    part, shape, order = "deadlines", DeadlineShape, ("due_at", "pk")

    def rows(self, case: Case) -> QuerySet[Any]:
        return case.deadlines.all()

    @described(
        "case_deadlines",
        "Every deadline of a case, open and past",
        tag="cases",
        answer=page_of(DeadlineShape),
        parameters=[PageQuery],
        refusals=(404, 422),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        return self.answer(case_id)
