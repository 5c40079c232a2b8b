"""The draft of the indicators of a case: read, and saved value by value."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.etags import expected_version
from api.narrowing import FieldsQuery, Names, narrowed
from api.resource import Resource
from api.v1.case_shapes import IndicatorsShape
from api.v1.documenting import IF_MATCH, described
from api.v1.inputs import EXAMPLE_VALUES, IndicatorsRequest, values_of
from referral.intake.drafts import draft_on, save_indicators, writers_of
from referral.models import Case
from referral.queries import cases


class IndicatorsView(Resource):
    @described(
        "indicators",
        "The draft of the indicators: what was saved, by whom, and what is missing; the reading is audited",
        tag="cases",
        answer=IndicatorsShape,
        parameters=[FieldsQuery],
        refusals=(404, 422),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        names = self.query(FieldsQuery)["fields"]
        case = cases.read_case(self.person, case_id, now=self.now, part="indicators")
        return self._answer(case, names)

    @described(
        "save_indicators",
        "Save some of the indicators as they come back from the laboratory",
        tag="cases",
        request=IndicatorsRequest,
        answer=IndicatorsShape,
        refusals=(403, 404, 409, 412, 422),
        parameters=[IF_MATCH],
        examples=[EXAMPLE_VALUES],
    )
    def patch(self, request: Request, case_id: UUID) -> Response:
        case = cases.visible_case(self.person, case_id)
        save_indicators(
            case=case,
            actor=self.person,
            values=values_of(self.body),
            now=self.now,
            if_version=expected_version(request),
        )
        case.refresh_from_db()
        return self._answer(case, {})

    def _answer(self, case: Case, names: Names) -> Response:
        context = {"people": writers_of([case])}
        return Response(narrowed(IndicatorsShape(draft_on(case, self.now), context=context), names))
