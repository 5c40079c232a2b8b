"""Reading a laboratory report into proposals: text at once, pictures and PDF files by a worker."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ids import is_identifier, new_id
from api import vocabularies
from api.idempotency import changes_nothing
from api.parsing import StrictJSONParser
from api.problems import not_known
from api.resource import Resource
from api.shape import Shape
from api.v1.code_fields import CodeShape
from api.v1.documenting import described
from api.v1.fields import KnownFieldsMixin, LocalMomentField, UploadField
from files.intake import MOST_BYTES, Sent, receive
from files.models import StoredFile
from files.refusals import REASONS, AnotherFile, FileRefused, StoreAway
from labs.models import LabReading, ReadingState
from labs.reading import LONGEST_TEXT, read_text
from labs.readings.requests import ask_for, reading_of
from labs.readings.sources import SourceForm
from labs.refusals import UnreadableReportError
from labs.texts import doubt_text, refusal_text, test_text
from referral.models.patients import Sex
from referral.pathway.refusals import FilesAway, InputError
from referral.queries import case_files


class ReadRequest(KnownFieldsMixin, serializers.Serializer[Any]):
    """`text`: the lines of a laboratory's screen, of a table or of a chat message."""

    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False, allow_blank=True)


class ReadFileRequest(serializers.Serializer[Any]):
    """A picture or PDF, or one that is among the files of a case."""

    file = UploadField(required=False, help_text="JPEG, PNG, WebP, HEIC or PDF, 20 MB at most")
    id = serializers.UUIDField(
        required=False, help_text="of the file, made by the sender; sent again it makes no second reading"
    )
    case_file = serializers.UUIDField(required=False, help_text="id of a file of a case, instead of `file`")


class DoubtShape(serializers.Serializer[Any]):
    """Why a person has to look before the finding is taken."""

    code = CodeShape(vocabularies.LAB_DOUBTS)
    message = serializers.CharField()


class FindingShape(serializers.Serializer[Any]):
    """A proposal, not a value: a person takes it, and then sends it like any value that was typed.

    `test` is a code of the catalogue of tests, `name` its name. `input` is the input it is, null for a test
    that no score uses. `unit` is null where the input has one unit only, or none was printed.
    """

    test = CodeShape(vocabularies.LAB_TESTS)
    name = serializers.CharField()
    input = CodeShape(vocabularies.INPUT_NAMES, allow_null=True)
    routine = CodeShape(
        vocabularies.INPUT_NAMES,
        required=False,
        help_text="where `input` is null: the value of `record_panel` that it is",
    )
    value = serializers.FloatField(allow_null=True)
    choice = CodeShape(
        vocabularies.CHOICES_BY_INPUT["hbsag"],
        required=False,
        help_text="of a test that has an answer and no number",
    )
    comparator = CodeShape(vocabularies.BOUNDS, allow_null=True, help_text="of a bound")
    unit = serializers.CharField(allow_null=True)
    sampled_at = LocalMomentField(allow_null=True)
    text = serializers.CharField(help_text="the line it was read from")
    page = serializers.IntegerField(required=False, help_text="of a picture or PDF, from 0")
    box = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()),
        required=False,
        help_text="corners of the line in pixels of the page as it was read, made square",
    )
    confidence = serializers.FloatField(required=False, help_text="how certain the print was, 0 to 1")
    cutout = serializers.CharField(
        required=False, help_text="the line as it stands there without its empty stretches, a data: address"
    )
    doubts = DoubtShape(many=True)


class NamedPersonShape(serializers.Serializer[Any]):
    """Whom the report names; to be compared with the patient before anything is taken."""

    name = serializers.CharField(required=False)
    sex = CodeShape(Sex, required=False)
    age_years = serializers.FloatField(required=False)
    number = serializers.CharField(required=False)


class ReportShape(serializers.Serializer[Any]):
    """A report as read. `unread` are lines with a number of which nothing was made."""

    form = CodeShape(SourceForm)
    patient = NamedPersonShape()
    sampled_at = LocalMomentField(allow_null=True)
    reported_at = LocalMomentField(allow_null=True)
    findings = FindingShape(many=True)
    unread = serializers.ListField(child=serializers.CharField())


class LabReadingShape(Shape[LabReading]):
    """A reading. `report` is null until it is read; `reason` and `reason_text` say why it could not be."""

    id = serializers.UUIDField(help_text="what `sources` names for a value that was taken from it")
    state = CodeShape(ReadingState)
    asked_at = serializers.DateTimeField()
    reason = CodeShape(vocabularies.READING_REFUSALS, allow_blank=True)
    reason_text = serializers.SerializerMethodField()
    report = serializers.SerializerMethodField()

    def get_reason_text(self, reading: LabReading) -> str:
        if reading.reason in REASONS:
            return str(REASONS[reading.reason])
        error = UnreadableReportError(reading.reason, reading.params) if reading.reason else None
        return refusal_text(error) if error else ""

    @extend_schema_field(ReportShape(allow_null=True))
    def get_report(self, reading: LabReading) -> Any:
        return worded(reading.result, reading.cutouts or ()) if reading.result else None


class ReadReportView(Resource):
    limit_scope = "lab_reports"
    only_reads = True
    carries_secrets = True
    parser_classes = (StrictJSONParser, MultiPartParser)
    most_bytes = MOST_BYTES + 1024 * 1024

    @described(
        "read_lab_report",
        "Read a laboratory report into proposals",
        tag="scoring",
        description=(
            "What contradicts itself is a doubt and never a guess. Show every proposal with its line and its "
            "doubts, and send only what a person took, like any value. Text is read at once and not kept; "
            "a picture or PDF is read by a worker: the answer is a reading that waits (202), to be asked for "
            "at `/labs/readings/{reading_id}`. Add the picture to the case with `add_file`."
        ),
        request={"application/json": ReadRequest, "multipart/form-data": ReadFileRequest},
        answer=ReportShape,
        answers={202: LabReadingShape},
        refusals=(404, 409, 422, 429, 503),
    )
    @changes_nothing
    def post(self, request: Request) -> Response:
        given = request.data
        if isinstance(given, dict) and "text" not in given and (given.get("file") or given.get("case_file")):
            return Response(LabReadingShape(self._asked(given)).data, status=202)
        asked = ReadRequest(data=self.body)
        asked.is_valid(raise_exception=True)
        try:
            report = read_text(asked.validated_data["text"])
        except UnreadableReportError as error:
            raise InputError(("text", error.code, refusal_text(error))) from error
        return Response(worded(report.as_dict()))

    def _asked(self, given: dict[str, Any]) -> LabReading:
        unknown = [name for name in given if name not in ReadFileRequest().fields]
        if unknown:
            raise InputError(*((name, "unknown_field", not_known(name)) for name in unknown))
        try:
            return ask_for(user=self.person, file=self._file(given), now=self.now)
        except UnreadableReportError as error:
            raise InputError(("file", error.code, refusal_text(error))) from error

    def _file(self, given: dict[str, Any]) -> StoredFile:
        if named := given.get("case_file"):
            return case_files.visible_file(self.person, _id(named, "case_file")).file
        sent = given["file"]
        if not isinstance(sent, UploadedFile):
            raise InputError(
                ("file", "invalid", _("Send the picture or PDF as a file, in multipart/form-data."))
            )
        id = _id(given["id"], "id") if given.get("id") else new_id()
        try:
            return receive(user=self.person, sent=Sent(id, str(sent.name), sent.read()), now=self.now)
        except FileRefused as refused:
            raise InputError(("file", refused.code, refused.message)) from refused
        except AnotherFile as error:
            message = _("This id was used for another file. Make a new one for a new file.")
            raise InputError(("id", "id_taken", message)) from error
        except StoreAway as away:
            raise FilesAway(away.message) from away


class LabReadingView(Resource):
    carries_secrets = True

    @described(
        "lab_reading",
        "What came of a reading that you asked for",
        tag="scoring",
        description="Ask again every second or two while it waits; nothing else waits for it. Kept 3 days.",
        answer=LabReadingShape,
        refusals=(404,),
    )
    def get(self, request: Request, reading_id: UUID) -> Response:
        return Response(LabReadingShape(reading_of(self.person, reading_id)).data)


def _id(given: Any, field: str) -> UUID:
    try:
        id = UUID(str(given))
    except ValueError:
        id = UUID(int=0)
    if not is_identifier(id):
        raise InputError((field, "invalid", _("This is no UUID. Make one, or leave it out.")))
    return id


def worded(report: Mapping[str, Any], cutouts: Any = ()) -> dict[str, Any]:
    """A report with the names of its tests and its doubts in the reader's language."""
    findings = [_worded(finding) for finding in report["findings"]]
    for finding, cutout in zip(findings, cutouts, strict=False):
        finding |= {"cutout": cutout} if cutout else {}
    return {**report, "findings": findings}


def _worded(finding: Mapping[str, Any]) -> dict[str, Any]:
    doubts = [{"code": code, "message": doubt_text(code)} for code in finding["doubts"]]
    return {**finding, "name": test_text(finding["test"], get_language() or ""), "doubts": doubts}
