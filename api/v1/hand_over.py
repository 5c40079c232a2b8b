"""The code of a printed letter: which patient is in front of the reader, and what takes them over."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import vocabularies
from api.problems import Refusal
from api.resource import Resource
from api.v1.case_shapes import CaseShape, context_of
from api.v1.code_fields import CodeShape
from api.v1.documenting import described
from referral.models import Case
from referral.queries import cases
from referral.queries.hand_over_codes import GOOD_FOR_HOURS, case_of, verbs_at_the_door


class HandOverShape(serializers.Serializer[Any]):
    """Compare `case.patient` with whom is in front of you; then use one of `verbs` on the case."""

    case = CaseShape()
    verbs = serializers.ListField(
        child=CodeShape(vocabularies.VERBS),
        help_text="what records the arrival or the hand-over now; none if it goes to no ward of yours",
    )


class HandOverView(Resource):
    @described(
        "hand_over_code",
        "The case that the code on a printed letter leads to; the reading is audited",
        tag="cases",
        description=(
            "The code is the last part of the address in the letter's QR code. It gives no right: who may "
            f"not see the case is answered 404. It is good for {GOOD_FOR_HOURS} hours (then 404 "
            "`code_not_valid`); a ward to which the patient does not come any more: 404 `not_coming`, with "
            "the hospital to call."
        ),
        answer=HandOverShape,
        refusals=(404,),
    )
    def get(self, request: Request, code: str) -> Response:
        case_id = case_of(code)
        if case_id is None:
            message = _("This code is not whole, or is too old. Find the patient on the board.")
            raise Refusal(404, "code_not_valid", message)
        try:
            case = cases.read_case(self.person, case_id, now=self.now, part="hand_over")
        except Case.DoesNotExist as error:
            self._refuse_own(case_id)
            raise error
        context = context_of([case], self.person, self.now)
        answer = {"case": case, "verbs": verbs_at_the_door(case, self.person)}
        return Response(HandOverShape(answer, context=context).data)

    def _refuse_own(self, case_id: Any) -> None:
        """Say to a ward that was asked about the case that it has moved on. Raises Refusal."""
        offer = cases.own_offers(self.person, case_id).last()
        if offer is None:
            return
        hospital = {"name": offer.case.hospital.name, "phone": offer.case.hospital.phone}
        message = _("This patient is not on the way to your ward any more. Call the first hospital.")
        raise Refusal(404, "not_coming", message, hospital=hospital)
