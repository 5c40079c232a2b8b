"""The letters that go with a patient, as PDF files. The portal makes them; the settings name who does."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from api.etags import content_etag
from api.resource import Resource
from api.v1.documenting import DISPOSITION, described
from referral.models import Case
from referral.queries import cases

PDF = OpenApiResponse(OpenApiTypes.BINARY, "A PDF file in the language of the request")


def _answer(kind: str, case: Case, resource: Resource) -> HttpResponse:
    make = import_string(settings.LETTERS_AS_PDF)
    content = make(kind, case, resource.now, get_language() or settings.LANGUAGE_CODE)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["ETag"] = content_etag(content, resource.person)
    answer["Content-Disposition"] = f'attachment; filename="{kind}-{case.number}.pdf"'
    return answer


class LetterView(Resource):
    @described(
        "case_letter",
        "The referral letter of a case as PDF; the reading is audited",
        tag="cases",
        answer=PDF,
        media_type="application/pdf",
        parameters=[DISPOSITION],
        refusals=(404, 503),
    )
    def get(self, request: Request, case_id: UUID) -> HttpResponse:
        return _answer("letter", cases.read_case(self.person, case_id, now=self.now, part="letter"), self)


class BackLetterView(Resource):
    @described(
        "case_back_letter",
        "The letter about the stay in the ward as PDF; the reading is audited",
        tag="cases",
        description=(
            "The letter of the way back, or of a stay that ended by death or by discharge to another place. "
            "404 until the patient has left the ward."
        ),
        answer=PDF,
        media_type="application/pdf",
        parameters=[DISPOSITION],
        refusals=(404, 503),
    )
    def get(self, request: Request, case_id: UUID) -> HttpResponse:
        case = cases.read_case(self.person, case_id, now=self.now, part="back_letter")
        if not cases.has_left_ward(case):
            raise Case.DoesNotExist
        return _answer("back-letter", case, self)
