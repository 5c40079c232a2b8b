"""A case as an answer, with its ETag."""

from datetime import datetime
from typing import Any

from rest_framework.response import Response

from accounts.models import User
from api.etags import etag
from api.narrowing import Names, narrowed
from api.v1.case_shapes import CaseShape, context_of
from api.v1.discharge_shapes import QuestionShape
from api.v1.shapes import OfferShape, PlaceShape
from referral.models import Case
from referral.queries import cases


def case_answer(
    case: Case, user: User, *, now: datetime, status: int = 200, names: Names | None = None, **more: Any
) -> Response:
    """One of `selectors.cases`, as `user` sees it, narrowed to `names`; `more` is added to the body but not
    to the ETag."""
    body = narrowed(CaseShape(case, context=context_of([case], user, now)), names or {})
    return Response({**body, **more}, status=status, headers={"ETag": etag(case.version, body, user)})


def parting_answer(case: Case, user: User) -> Response:
    """What remains to a ward of a case that its verb has just passed on."""
    own = cases.own_offers(user, case.pk).last()
    answered = cases.own_questions(user, case.pk).last()
    body: dict[str, Any] = {
        "id": str(case.pk),
        "number": case.number,
        "state": case.state,
        "hospital": PlaceShape(case.hospital).data,
        "offer": OfferShape(own).data if own else None,
        "question": QuestionShape(answered).data if answered else None,
        "patient": None,
        "assessment": None,
        "deadlines": [],
        "allowed_verbs": [],
    }
    return Response(body)
