"""The parameters of a search as they were given, and the Bundle that answers it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from fhir.capability import COMMON
from fhir.datatypes import Json
from fhir.outcomes import outcome, refused
from fhir.reading import Page, Query, Reader, load, references_in, search
from fhir.tokens import base_url
from fhir.types import DerivedType, ResourceType

DEFAULT_COUNT, MOST = 50, 200
HANDLED = ("_count", "_page", "_include", "_format", "_pretty", "_total")
PAGE = "_page"
TOTALS = ("none", "estimate", "accurate")
OF_ANSWERS = ("_format", "_pretty")
"""Parameters that say how an answer is written."""


class Asked:
    """What a search asks for. Raises Refused for what is not understood, unless it may be left out."""

    def __init__(self, request: Request, served: ResourceType | DerivedType) -> None:
        form = request.data if request.method == "POST" else {}
        pairs = [*request.query_params.lists(), *_lists(form)]
        self.served = served
        self.given: list[tuple[str, str]] = [(name, value) for name, values in pairs for value in values]
        if any("\x00" in text for pair in self.given for text in pair):
            raise refused(400, _("This has signs that are no text. Type it again."), kind="value")
        if self._last("_total") not in ("", *TOTALS):
            choices = _("“_total” is one of %(choices)s.") % {"choices": ", ".join(TOTALS)}
            raise refused(400, choices, "_total", kind="value", code="total")
        self.lenient = "handling=lenient" in request.headers.get("Prefer", "")
        self.unknown = [name for name, _value in self.given if not self._is_taken(name)]
        if self.unknown and not self.lenient:
            text = _("“%(name)s” is no parameter of this search. GET metadata names those of %(type)s.")
            raise refused(
                400,
                text % {"name": self.unknown[0][:60], "type": served.name},
                kind="not-supported",
                code="parameter",
            )

    def _is_taken(self, name: str) -> bool:
        return name in HANDLED or name in COMMON or name in self.served.parameters

    @property
    def query(self) -> Query:
        return [pair for pair in self.given if pair[0] not in HANDLED and self._is_taken(pair[0])]

    def _last(self, name: str) -> str:
        return next((value for key, value in reversed(self.given) if key == name), "")

    @property
    def count(self) -> int:
        text = self._last("_count")
        if not text:
            return DEFAULT_COUNT
        if not text.isdecimal() or len(text) > 9 or int(text) == 0:
            raise refused(400, _("“_count” is a number from 1 on."), "_count", kind="value", code="count")
        return min(int(text), MOST)

    @property
    def at(self) -> str:
        return self._last(PAGE)

    @property
    def includes(self) -> list[str]:
        """The elements whose references are named as well. Raises Refused."""
        return [self._element(value) for name, value in self.given if name == "_include"]

    def _element(self, value: str) -> str:
        named, _colon, name = value.partition(":")
        element = self.served.includes.get(name.partition(":")[0])
        if named != self.served.name or element is None:
            text = _("“%(value)s” cannot be included. GET metadata names what can.")
            raise refused(400, text % {"value": value[:60]}, "_include", kind="not-supported", code="include")
        return element

    def link(self, **changes: str) -> str:
        """The address of this search, with other values for some parameters."""
        kept = [(name, value) for name, value in self.given if name != PAGE]
        return f"{base_url()}/{self.served.name}?{urlencode([*kept, *changes.items()])}"


def refuse_parameters(request: Request, *taken: str) -> None:
    """Raises Refused for a parameter that nothing here takes, unless it may be left out."""
    others = [name for name in request.query_params if name not in (*taken, *OF_ANSWERS)]
    if others and "handling=lenient" not in request.headers.get("Prefer", ""):
        text = _("“%(name)s” is no parameter here.") % {"name": others[0][:60]}
        raise refused(400, text, kind="not-supported", code="parameter")


def _lists(form: Any) -> list[tuple[str, list[str]]]:
    return list(form.lists()) if hasattr(form, "lists") else []


def answer(reader: Reader, asked: Asked) -> Json:
    """The searchset of what was asked for."""
    elements = asked.includes
    page = search(reader, asked.served, asked.query, asked.count, asked.at)
    named = [one for row in page.resources for element in elements for one in references_in(row, element)]
    present = {f"{row['resourceType']}/{row['id']}" for row in page.resources}
    included = load(reader, (one for one in named if one not in present))
    return bundle(asked, page, included)


def bundle(asked: Asked, page: Page, included: list[Json]) -> Json:
    links = [{"relation": "self", "url": asked.link(**({PAGE: asked.at} if asked.at else {}))}]
    if page.next:
        links.append({"relation": "next", "url": asked.link(**{PAGE: page.next})})
    entries = [entry(row, "match") for row in page.resources] + [entry(row, "include") for row in included]
    if asked.unknown:
        text = _("These parameters were left out: %(names)s.") % {"names": ", ".join(asked.unknown)}
        said = outcome([("not-supported", "", text)], severity="warning")
        entries.append({"resource": said, "search": {"mode": "outcome"}})
    return _searchset(page.total, links, entries)


def everything(resources: list[Json], address: str) -> Json:
    """A searchset of resources that are all there are."""
    links = [{"relation": "self", "url": address}]
    return _searchset(len(resources), links, [entry(row, "match") for row in resources])


def entry(resource: Mapping[str, Any], mode: str) -> Json:
    address = f"{base_url()}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": address, "resource": dict(resource), "search": {"mode": mode}}


def _searchset(total: int, links: list[Json], entries: list[Json]) -> Json:
    body: Json = {"resourceType": "Bundle", "type": "searchset", "total": total, "link": links}
    return body | {"entry": entries} if entries else body
