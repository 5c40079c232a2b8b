"""Reading: metadata, read, vread, search, everything of a case, and the bytes of a file."""

import base64
import re
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.moments import read_moment
from fhir.capability import capability_statement
from fhir.datatypes import Json
from fhir.outcomes import refused
from fhir.reading import Reader
from fhir.searching import Asked, answer, everything, refuse_parameters
from fhir.tokens import base_url
from fhir.types import TYPES, DerivedType, ResourceType
from fhir.views import FhirView
from referral.models import Case
from referral.queries import case_files, exchange

BINARY_ID = re.compile(r"([0-9a-f-]{36})-([a-z]+)-(\d{1,4})")


class Metadata(FhirView):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()

    def get(self, request: Request) -> Response:
        return Response(capability_statement())

    def named(self) -> str:
        return "metadata"


class Absent(FhirView):
    """Whatever is not served, said as every refusal."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise Case.DoesNotExist

    def get(self, request: Request, **named: str) -> Response:
        raise Case.DoesNotExist

    post = put = patch = delete = get


class TypeView(FhirView):
    """What is asked of a type."""

    @property
    def served(self) -> ResourceType | DerivedType:
        """Raises Refused for a type that is not served."""
        return served_type(self.kwargs["resource_type"])

    @property
    def reader(self) -> Reader:
        return Reader(self.user, self.grant, self.now)


def served_type(name: str) -> ResourceType | DerivedType:
    if name not in TYPES:
        text = _("“%(type)s” is not served here. GET metadata names what is.")
        raise refused(404, text % {"type": name[:60]}, kind="not-supported", code="type")
    return TYPES[name]


class SearchView(TypeView):
    def get(self, request: Request, resource_type: str) -> Response:
        served = self.served
        self.grant.check("s", served.name)
        reader = self.reader
        body = answer(reader, Asked(request, served))
        reader.record()
        return Response(body)


class FormSearchView(SearchView):
    """`POST [type]/_search`: what should not stand in an address. Its body is a form."""

    http_method_names = ("post",)
    parser_classes = (FormParser,)

    def post(self, request: Request, resource_type: str) -> Response:
        return self.get(request, resource_type)


class InstanceView(TypeView):
    def get(self, request: Request, resource_type: str, pk: str, version: str = "") -> Response:
        refuse_parameters(request)
        if resource_type == "Binary":
            return self._binary(pk)
        served = self.served
        self.grant.check("r", served.name)
        reader = self.reader
        resource = reader.read(served.name, pk)
        reader.record()
        return shown(request, resource, version)

    def _binary(self, pk: str) -> Response:
        self.grant.check("r", "Binary")
        match = BINARY_ID.fullmatch(pk)
        if match is None:
            raise Case.DoesNotExist
        part, content = case_files.read_part(self.user, UUID(match[1]), match[2], int(match[3]), now=self.now)
        data = base64.b64encode(content).decode()
        return Response({"resourceType": "Binary", "id": pk, "contentType": part.media_type, "data": data})


class VersionView(InstanceView):
    http_method_names = ("get", "head", "options")


def shown(request: Request, resource: Json, version: str = "", status: int = 200) -> Response:
    """One resource with its ETag; 304 where the caller has it. Raises Refused for another version."""
    current = resource["meta"]["versionId"]
    if version and version != current:
        text = _("Earlier versions are not kept here. The present one is %(version)s.")
        raise refused(404, text % {"version": current}, kind="not-found", code="version")
    headers = {"ETag": f'W/"{current}"'}
    if request.method == "GET" and request.headers.get("If-None-Match") in (f'W/"{current}"', f'"{current}"'):
        return Response(status=304, headers=headers)
    return Response(resource, status=status, headers=headers)


class EverythingView(TypeView):
    """`ServiceRequest/[id]/$everything`, and that of its Patient: all of a case, in one answer.

    `_type` names the types that are asked for, `_since` leaves out what has not changed since.
    """

    def get(self, request: Request, resource_type: str, pk: str) -> Response:
        if resource_type not in EVERYTHING_OF:
            raise Case.DoesNotExist
        self.grant.check("r", resource_type)
        refuse_parameters(request, "_type", "_since")
        types, since = self._types(request), self._since(request)
        reader = self.reader
        case = exchange.referrals(self.user).get(**{EVERYTHING_OF[resource_type]: _uuid(pk)})
        resources = [row for row in all_of(reader, case, types) if _is_since(row, since)]
        reader.record()
        return Response(everything(resources, f"{base_url()}/{resource_type}/{pk}/$everything"))

    def _types(self, request: Request) -> list[str]:
        names = [name for text in request.query_params.getlist("_type") for name in text.split(",")]
        for name in names:
            served_type(name)
        return names or list(TYPES)

    def _since(self, request: Request) -> datetime | None:
        text = request.query_params.get("_since")
        if text is None:
            return None
        try:
            return read_moment(text.replace(" ", "+"))
        except (ValueError, TypeError) as error:
            message = _("This is no date and time with a time zone, such as 2026-05-17T08:30:00+08:00.")
            raise refused(400, message, "_since", kind="value", code="date") from error


EVERYTHING_OF = {"ServiceRequest": "pk", "Patient": "patient"}
"""By type: where the id of the address stands in a case."""


def _is_since(resource: Json, since: datetime | None) -> bool:
    at = resource["meta"].get("lastUpdated")
    return since is None or at is None or datetime.fromisoformat(at) >= since


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Case.DoesNotExist from error


BESIDE = (
    *("Practitioner", "PractitionerRole", "Organization", "HealthcareService", "Location"),
    *("AuditEvent", "Subscription"),
)


def all_of(reader: Reader, case: Case, types: Collection[str]) -> list[Json]:
    """Every resource of a case, of these types, that the token may read."""
    resources: list[Json] = []
    for name, served in TYPES.items():
        if name in BESIDE or name not in types or not reader.grant.allows("r", name):
            continue
        if isinstance(served, DerivedType):
            resources += reader.derived(served, exchange.visible(reader.user).filter(pk=case.pk))
            continue
        for source in served.sources:
            rows = source.rows(reader.user)
            path = "pk" if rows.model is Case else "case"
            resources += reader.rendered(source, rows.filter(**{path: case.pk}).order_by("pk"))
    return resources
