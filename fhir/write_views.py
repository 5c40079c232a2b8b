"""Writing: a Task sent back, a Bundle that registers a case, a document."""

import json
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from fhir.datatypes import Json
from fhir.outcomes import outcome, refused
from fhir.read_views import InstanceView, SearchView, shown
from fhir.reading import keys_for
from fhir.tokens import base_url
from fhir.types import TYPES, ResourceType
from fhir.views import FhirView
from fhir.writing.bundles import register_case
from fhir.writing.documents import add_document
from fhir.writing.elements import Findings
from fhir.writing.messages import process_message
from fhir.writing.proposals import Sent, propose
from fhir.writing.tasks import act
from referral.models import Case

NEVER = -1
CREATED = ("DocumentReference", "Observation", "DiagnosticReport")


def is_lenient(request: Request) -> bool:
    return "handling=lenient" in request.headers.get("Prefer", "")


def preferred(request: Request, resource: Json, status: int, headers: dict[str, str]) -> Response:
    """What `Prefer: return=…` asks for: the resource, nothing, or an outcome."""
    prefers = request.headers.get("Prefer", "")
    if "return=minimal" in prefers:
        return Response(None, status=status, headers=headers)
    if "return=OperationOutcome" in prefers:
        done = outcome([("informational", "", _("Done."))], severity="information")
        return Response(done, status=status, headers=headers)
    return Response(resource, status=status, headers=headers)


def expected_version(request: Request) -> int | None:
    """The version in `If-Match`; None without one, one that nothing has for what is none."""
    tag = request.headers.get("If-Match", "*").strip()
    if tag == "*":
        return None
    text = tag.removeprefix("W/").strip('"')
    return int(text) if text.isdecimal() and len(text) < 10 else NEVER


class WritableInstance(InstanceView):
    """`PUT Task/[id]`: a Task with another status is a verb of the pathway."""

    def put(self, request: Request, resource_type: str, pk: str) -> Response:
        if resource_type != "Task":
            raise refused(405, _("Only a Task can be sent back."), kind="not-supported", code="update")
        self.grant.check("u", "Task")
        sent = self.body
        if sent["resourceType"] != "Task" or sent.get("id", pk) != pk:
            raise refused(
                400, _("The body is not the Task that the address names."), "Task.id", kind="invalid"
            )
        reader = self.reader
        row, served = self._task(pk)
        act(row, served, sent, user=self.user, version=expected_version(request), now=self.now)
        resource = reader.read("Task", pk)
        reader.record()
        answer = shown(request, resource)
        return preferred(request, resource, 200, {"ETag": answer["ETag"]})

    def _task(self, pk: str) -> tuple[Any, Json]:
        """The row of a visible Task, and the Task as it is served. Raises Case.DoesNotExist."""
        served = TYPES["Task"]
        for source in served.sources if isinstance(served, ResourceType) else ():
            rows = source.rows(self.user)
            if row := rows.filter(pk__in=keys_for(rows, [pk])).first():
                return row, source.render(row)
        raise Case.DoesNotExist


class WritableType(SearchView):
    """`POST` of a DocumentReference, an Observation or a DiagnosticReport."""

    def post(self, request: Request, resource_type: str) -> Response:
        if resource_type not in CREATED:
            text = _("A %(type)s is not created by itself. GET metadata says what is.")
            raise refused(405, text % {"type": resource_type[:40]}, kind="not-supported", code="create")
        self.grant.check("c", resource_type)
        sent = self.body
        if sent["resourceType"] != resource_type:
            raise refused(400, _("The body is of another type than the address."), kind="invalid")
        findings = Findings(is_lenient(request))
        if resource_type == "DocumentReference":
            return self._document(request, sent, findings)
        return self._proposals(sent, findings)

    def _proposals(self, sent: Json, findings: Findings) -> Response:
        """202: what was sent is kept, and is no Observation before a person has taken it."""
        given = Sent(json.dumps(sent, sort_keys=True).encode(), sent)
        case, number = propose(
            given, integration=self.grant.integration, user=self.user, now=self.now, findings=findings
        )
        text = _("%(number)s values wait on case %(case)s until a person takes them.")
        said = ("informational", "", text % {"number": number, "case": case.number})
        body = outcome([said, *findings.warnings], severity="information")
        return Response(body, status=202)

    def _document(self, request: Request, sent: Json, findings: Findings) -> Response:
        file = add_document(sent, user=self.user, now=self.now, findings=findings)
        reader = self.reader
        resource = reader.read("DocumentReference", str(file.pk))
        reader.record()
        tag = f'W/"{resource["meta"]["versionId"]}"'
        headers = {"Location": f"{base_url()}/DocumentReference/{file.pk}", "ETag": tag}
        return preferred(request, resource, 201, headers)


class SystemView(FhirView):
    """`POST [base]`: a transaction."""

    def post(self, request: Request) -> Response:
        sent = self.body
        if sent["resourceType"] != "Bundle" or sent.get("type") != "transaction":
            text = _("Send a Bundle of the type “transaction” here.")
            raise refused(400, text, "Bundle.type", kind="not-supported", code="bundle")
        findings = Findings(is_lenient(request))
        body = register_case(sent, actor=self.user, grant=self.grant, now=self.now, findings=findings)
        return Response(body)

    def named(self) -> str:
        return "transaction"


class MessageView(FhirView):
    """`POST [base]/$process-message`: a message, answered by a message."""

    def post(self, request: Request) -> Response:
        for name in request.query_params:
            text = _("“%(name)s” is no parameter of $process-message: messages are answered at once.")
            raise refused(400, text % {"name": name[:60]}, kind="not-supported", code="parameter")
        sent = self.body
        if sent["resourceType"] != "Bundle" or sent.get("type") != "message":
            text = _("Send a Bundle of the type “message” here.")
            raise refused(400, text, "Bundle.type", kind="not-supported", code="bundle")
        findings = Findings(is_lenient(request))
        body = process_message(sent, actor=self.user, grant=self.grant, now=self.now, findings=findings)
        return Response(body)

    def named(self) -> str:
        return "$process-message"
