"""The values of a case: whatever either side entered, with unit, time and origin."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.resource import Resource
from api.v1.documenting import described
from api.v1.value_shapes import CaseValuesShape
from referral.queries import cases
from referral.queries.case_values import case_values


class CaseValuesView(Resource):
    @described(
        "case_values",
        "Every value of a case, whichever side entered it; the reading is audited",
        tag="cases",
        description=(
            "From the draft, the assessments, the tables of organ failure, the laboratory panels and the "
            "samples of immune markers, in the order of their times. What was entered in error is left out; "
            "age and sex are the patient's. `scores` are the published ones over time, wherever their "
            "inputs sufficed."
        ),
        answer=CaseValuesShape,
        refusals=(404,),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        case = cases.read_case(self.person, case_id, now=self.now, part="values")
        values = case_values(case)
        context = {"people": values.people(), "case": case}
        return Response(CaseValuesShape(values, context=context).data)
