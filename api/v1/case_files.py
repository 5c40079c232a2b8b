"""Pictures and documents of a case: sent, listed, read in parts, and opened by short-lived links."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ids import is_identifier, new_id
from api import vocabularies
from api.idempotency import changes_nothing, idempotent
from api.narrowing import FieldsQuery
from api.parsing import StrictJSONParser
from api.problems import not_known
from api.resource import Resource, whole
from api.shape import Shape
from api.v1.code_fields import CodeRequest, CodeShape
from api.v1.documenting import DISPOSITION, IDEMPOTENCY_KEY, described
from api.v1.fields import KnownFieldsMixin, MomentField, UploadField
from api.v1.shapes import PersonShape
from files import downloads, links
from files.inspection.kinds import MediaType
from files.intake import MOST_BYTES, Sent
from files.models import FileState, PartRole
from files.refusals import REASONS
from referral.codes import FileErrorReason, FileKind
from referral.intake.case_files import add_to_case
from referral.models import Case, CaseFile
from referral.pathway.refusals import InputError
from referral.queries import case_files, cases

FIELDS = ("kind", "caption", "taken_at")
RANGE = OpenApiParameter(
    "Range",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="one range of bytes, such as `bytes=0-65535`",
)
ROLE = OpenApiParameter(
    "role", {"$ref": "#/components/schemas/FilePartRole"}, OpenApiParameter.PATH, description="which part"
)
CONTENT_HEADERS = (
    DISPOSITION,
    OpenApiParameter("Accept-Ranges", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[200, 206]),
    OpenApiParameter("Content-Range", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[206]),
)
MEDIA_TYPES = tuple(one.value for one in MediaType)
CONTENT = OpenApiResponse(OpenApiTypes.BINARY, "The content.")
PART = {(206, *MEDIA_TYPES): OpenApiResponse(OpenApiTypes.BINARY, "The part that `Range` asked for.")}


class FilePartShape(Shape[Any]):
    role = CodeShape(PartRole)
    number = serializers.IntegerField(help_text="of a page, from 1; 0 for the others")
    media_type = CodeShape(vocabularies.MEDIA_TYPES)
    size = serializers.IntegerField(help_text="bytes")
    width = serializers.IntegerField(allow_null=True, help_text="pixels")
    height = serializers.IntegerField(allow_null=True, help_text="pixels")


class CaseFileShape(Shape[CaseFile]):
    id = serializers.UUIDField()
    kind = CodeShape(FileKind)
    caption = serializers.CharField(allow_null=True)
    taken_at = serializers.DateTimeField(allow_null=True)
    added_at = serializers.DateTimeField()
    added_by = PersonShape()
    name = serializers.CharField(source="file.name")
    media_type = CodeShape(vocabularies.MEDIA_TYPES, source="file.media_type")
    size = serializers.IntegerField(source="file.size", help_text="bytes, as it was sent")
    state = CodeShape(FileState, source="file.state")
    reason = CodeShape(
        vocabularies.FILE_REFUSALS,
        source="file.reason",
        allow_blank=True,
        help_text="why it was not taken; else empty",
    )
    reason_text = serializers.SerializerMethodField()
    parts = FilePartShape(many=True, source="file.parts", help_text="empty until the file is checked")
    error_at = serializers.DateTimeField(allow_null=True, help_text="marked as entered in error")
    error_reason = CodeShape(FileErrorReason, allow_blank=True)

    def get_reason_text(self, row: CaseFile) -> str:
        return str(REASONS[row.file.reason]) if row.file.reason else ""

    def to_representation(self, instance: CaseFile) -> Any:
        shown = super().to_representation(instance)
        return shown if instance.file.state == FileState.CHECKED else {**shown, "parts": []}


class CaseFilesShape(Shape[Any]):
    results = CaseFileShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="always null: all are on one page")


class FileRequest(serializers.Serializer[Any]):
    file = UploadField(help_text="JPEG, PNG, WebP, HEIC or PDF, 20 MB at most")
    id = serializers.UUIDField(
        required=False, help_text="made by the sender; sent again it makes no second file"
    )
    kind = CodeRequest(FileKind)
    caption = serializers.CharField(required=False, max_length=80)
    taken_at = MomentField(required=False)


class LinkRequest(KnownFieldsMixin, serializers.Serializer[Any]):
    role = CodeRequest(PartRole)
    number = serializers.IntegerField(required=False, default=0, min_value=0, max_value=99)


class LinkShape(Shape[Any]):
    url = serializers.CharField(help_text="opens this part for you, without signing in")
    seconds = serializers.IntegerField(help_text="how long it does")


class CaseFilesView(Resource):
    parser_classes = (MultiPartParser, StrictJSONParser)
    most_bytes = MOST_BYTES + 1024 * 1024

    def check_replay(self, answer: Any, **named: Any) -> None:
        cases.visible_case(self.person, named["case_id"])

    @described(
        "case_files",
        "The pictures and documents of a case, the newest first; the reading is audited",
        tag="files",
        answer=CaseFilesShape,
        parameters=[FieldsQuery],
        refusals=(404,),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        names = self.query(FieldsQuery)["fields"]
        case = cases.read_case(self.person, case_id, now=self.now, part="files")
        return whole(CaseFileShape, case_files.of_case(case, self.person), names=names)

    @described(
        "add_file",
        "Add a picture or document to a case",
        tag="files",
        description=(
            "It is checked in a moment: read the list again, or follow `/changes`. What was sent is known by "
            "its content, never by its name. The same content again is the file that is there already."
        ),
        request={"multipart/form-data": FileRequest},
        answer=CaseFileShape,
        status=201,
        refusals=(403, 404, 409, 422, 503),
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request, case_id: UUID) -> Response:
        case = cases.visible_case(self.person, case_id)
        sent, inputs = sent_in(self.body, request.FILES.get("file"))
        added = add_to_case(user=self.person, case=case, sent=sent, inputs=inputs, now=self.now)
        return Response(CaseFileShape(case_files.visible_file(self.person, added.pk)).data, status=201)


def sent_in(data: Mapping[str, Any], file: Any) -> tuple[Sent, dict[str, Any]]:
    """The file of a request and the inputs sent with it. Raises InputError."""
    allowed = {*FIELDS, "file", "id"}
    unknown = [name for name in data if name not in allowed]
    if unknown:
        raise InputError(*((name, "unknown_field", not_known(name)) for name in unknown))
    if file is None:
        raise InputError(("file", "required", _("Choose a picture or a PDF, and send it as “file”.")))
    sent = Sent(_id(data.get("id")), str(file.name), file.read())
    return sent, {name: data[name] for name in FIELDS if data.get(name)}


def _id(given: Any) -> UUID:
    if not given:
        return new_id()
    try:
        id = UUID(str(given))
    except ValueError:
        id = UUID(int=0)
    if not is_identifier(id):
        raise InputError(("id", "invalid", _("This is no UUID. Make one, or leave it out.")))
    return id


class FileContentView(Resource):
    """One part of a file, as bytes."""

    @described(
        "file_content",
        "One part of a file; the reading is audited",
        tag="files",
        answer=CONTENT,
        media_type=MEDIA_TYPES,
        answers=PART,
        parameters=[RANGE, ROLE, *CONTENT_HEADERS],
        refusals=(404, 416, 503),
    )
    def get(self, request: Request, case_id: UUID, file_id: UUID, role: str, number: int) -> HttpResponseBase:
        part, content = case_files.read_part(
            self.person, file_id, role, number, now=self.now, case_id=case_id
        )
        return downloads.answer(request._request, part, content)


class FileLinkView(Resource):
    only_reads = True

    @described(
        "link_to_file",
        "An address that opens one part of a file for five minutes, for you alone",
        tag="files",
        request=LinkRequest,
        answer=LinkShape,
        parameters=[IDEMPOTENCY_KEY],
        refusals=(404, 422),
    )
    @changes_nothing
    def post(self, request: Request, case_id: UUID, file_id: UUID) -> Response:
        if not CaseFile.objects.visible_to(self.person).filter(pk=file_id, case=case_id).exists():
            raise Case.DoesNotExist
        read = LinkRequest(data=dict(self.body))
        read.is_valid(raise_exception=True)
        token = links.make(
            user=self.person,
            attachment=file_id,
            role=read.validated_data["role"],
            number=read.validated_data["number"],
        )
        url = request.build_absolute_uri(f"/api/v1/files/{token}")
        return Response({"url": url, "seconds": links.GOOD_FOR_SECONDS})


class LinkedFileView(Resource):
    """What a link opens, for the person to whom it was given, as long as they may see the case."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()

    @described(
        "linked_file",
        "What a short-lived link opens",
        tag="files",
        answer=CONTENT,
        media_type=MEDIA_TYPES,
        answers=PART,
        parameters=[RANGE, *CONTENT_HEADERS],
        refusals=(404, 416, 503),
    )
    def get(self, request: Request, token: str) -> HttpResponseBase:
        link = links.read(token)
        if link is None:
            raise CaseFile.DoesNotExist
        part, content = case_files.read_part(link.user, link.attachment, link.role, link.number, now=self.now)
        return downloads.answer(request._request, part, content)
