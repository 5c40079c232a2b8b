"""Reading a laboratory report into proposals; nothing of it is stored."""

from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import vocabularies
from api.idempotency import changes_nothing
from api.resource import Resource
from api.v1.code_fields import CodeShape
from api.v1.documenting import described
from api.v1.fields import KnownFieldsMixin
from labs.reading import LONGEST_TEXT, read_text
from labs.refusals import UnreadableReportError
from labs.report import Finding, Report
from labs.texts import doubt_text, refusal_text, test_text
from referral.models.patients import Sex
from referral.pathway.refusals import InputError


class ReadRequest(KnownFieldsMixin, serializers.Serializer[Any]):
    """`text`: the lines of a laboratory's screen, of a table or of a chat message."""

    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False, allow_blank=True)


class DoubtShape(serializers.Serializer[Any]):
    """Why a person has to look before the finding is taken."""

    code = CodeShape(vocabularies.LAB_DOUBTS)
    message = serializers.CharField()


class FindingShape(serializers.Serializer[Any]):
    """A proposal, not a value: a person takes it, and then sends it like any value that was typed.

    `test` is a code of the catalogue of tests, `name` its name. `input` is the input it is, null for a test
    that no score uses. `unit` is null where the input has one unit only, or none was printed. `sampled_at` is
    in the hospital's time: `2026-11-29T01:35`, or the day alone.
    """

    test = serializers.CharField()
    name = serializers.CharField()
    input = CodeShape(vocabularies.INPUT_NAMES, allow_null=True)
    value = serializers.FloatField(allow_null=True)
    comparator = serializers.CharField(allow_null=True, help_text="`<` or `>` of a bound")
    unit = serializers.CharField(allow_null=True)
    sampled_at = serializers.CharField(allow_null=True)
    text = serializers.CharField(help_text="the line it was read from")
    doubts = DoubtShape(many=True)


class NamedPersonShape(serializers.Serializer[Any]):
    """Whom the report names; to be compared with the patient before anything is taken."""

    name = serializers.CharField(required=False)
    sex = CodeShape(Sex, required=False)
    age_years = serializers.FloatField(required=False)
    number = serializers.CharField(required=False)


class ReportShape(serializers.Serializer[Any]):
    """A report as read. `unread` are lines with a number of which nothing was made."""

    form = serializers.CharField()
    patient = NamedPersonShape()
    sampled_at = serializers.CharField(allow_null=True)
    reported_at = serializers.CharField(allow_null=True)
    findings = FindingShape(many=True)
    unread = serializers.ListField(child=serializers.CharField())


class ReadReportView(Resource):
    limit_scope = "lab_reports"
    only_reads = True
    carries_secrets = True

    @described(
        "read_lab_report",
        "Read the text of a laboratory report into proposals, without storing anything",
        tag="scoring",
        description=(
            "What contradicts itself is a doubt and never a guess. Show every proposal with its line and its "
            "doubts, and send only what a person took, like any value."
        ),
        request=ReadRequest,
        answer=ReportShape,
        refusals=(422, 429),
    )
    @changes_nothing
    def post(self, request: Request) -> Response:
        asked = ReadRequest(data=self.body)
        asked.is_valid(raise_exception=True)
        try:
            report = read_text(asked.validated_data["text"])
        except UnreadableReportError as error:
            raise InputError(("text", error.code, refusal_text(error))) from error
        return Response(worded(report))


def worded(report: Report) -> dict[str, Any]:
    """A report with the names of its tests and its doubts in the reader's language."""
    findings = [_worded(finding) for finding in report.findings]
    return {**report.as_dict(), "findings": findings}


def _worded(finding: Finding) -> dict[str, Any]:
    line = finding.as_dict()
    line["name"] = test_text(finding.test, get_language() or "")
    line["doubts"] = [{"code": code, "message": doubt_text(code)} for code in finding.doubts]
    return line
