"""Reading and searching: through the door, page by page, each case that was read on the trail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from fhir.authentication import Grant
from fhir.datatypes import Json, as_uuid
from fhir.outcomes import refused
from fhir.parameters import matches_date, moment, period_of
from fhir.types import TYPES, DerivedType, ResourceType, Source
from referral.models import Case
from referral.queries import exchange

Query = Sequence[tuple[str, str]]
OF_A_PERSON = ("patient", "subject")
DATES = ("_lastUpdated", "date")


@dataclass
class Reader:
    """One program that reads at `now`; what it reads of cases is recorded once, by `record`."""

    user: User
    grant: Grant
    now: datetime

    def __post_init__(self) -> None:
        self.cases: dict[UUID, Case] = {}

    def record(self) -> None:
        exchange.record_reading(self.user, self.cases.values(), self.now)

    def rendered(self, source: Source, rows: Iterable[Any]) -> list[Json]:
        return [self._rendered(source, row) for row in rows]

    def _rendered(self, source: Source, row: Any) -> Json:
        if case := source.case_of(row):
            self.cases[case.pk] = case
        resource = source.render(row)
        if "meta" not in resource:
            head = {"resourceType": resource.pop("resourceType"), "id": resource.pop("id")}
            resource = {**head, "meta": {"versionId": "1"}, **resource}
        return resource

    def read(self, resource_type: str, pk: str) -> Json:
        """One resource. Raises Case.DoesNotExist where there is none to be seen."""
        resources = self.by_ids(resource_type, [pk])
        if not resources:
            raise Case.DoesNotExist
        return resources[0]

    def by_ids(self, resource_type: str, ids: Iterable[str]) -> list[Json]:
        """The visible resources of these ids."""
        served = TYPES.get(resource_type)
        if isinstance(served, ResourceType):
            return [row for source in served.sources for row in self._rows_of(source, ids)]
        return self._derived_by_ids(served, set(ids)) if served else []

    def _rows_of(self, source: Source, ids: Iterable[str]) -> list[Json]:
        rows = source.rows(self.user)
        return self.rendered(source, rows.filter(pk__in=keys_for(rows, ids)))

    def _derived_by_ids(self, served: DerivedType, ids: set[str]) -> list[Json]:
        keys = [key for key in (as_uuid(pk[:36]) for pk in ids) if key]
        cases = exchange.cases_of_findings(self.user, keys) if keys else Case.objects.none()
        return [one for one in self.derived(served, cases) if one["id"] in ids]

    def derived(self, served: DerivedType, cases: QuerySet[Case]) -> list[Json]:
        rows = list(exchange.with_findings(cases))
        self.cases |= {case.pk: case for case in rows}
        return [resource for case in rows for resource in served.of_case(case)]


def keys_for(rows: QuerySet[Any], ids: Iterable[str]) -> list[Any]:
    """`ids` as keys of the table of `rows`; what can be none is left out."""
    if rows.model._meta.pk.get_internal_type() == "UUIDField":
        return [key for key in map(as_uuid, ids) if key]
    return [int(pk) for pk in ids if pk.isdecimal() and len(pk) < 19]


@dataclass(frozen=True)
class Page:
    """A page of a search: its resources, how many there are in all, and where the next page begins."""

    resources: list[Json]
    total: int
    next: str


def search(reader: Reader, served: ResourceType | DerivedType, query: Query, count: int, at: str) -> Page:
    """The page that begins at `at` (empty: the first). Raises Refused."""
    if isinstance(served, DerivedType):
        return _search_derived(reader, served, query, count, at)
    return _search_rows(reader, served, query, count, at)


def _search_rows(reader: Reader, served: ResourceType, query: Query, count: int, at: str) -> Page:
    start, after = position(at, len(served.sources))
    resources: list[Json] = []
    total, following = 0, ""
    for number, source in enumerate(served.sources):
        rows = matching(source, source.rows(reader.user), query)
        if rows is None:
            continue
        total += rows.count()
        if number < start or following:
            continue
        room = count - len(resources)
        later = rows.filter(pk__gt=_key(rows, after)) if after and number == start else rows
        page = list(later.order_by("pk")[: room + 1])
        resources += reader.rendered(source, page[:room])
        if len(page) > room:
            following = f"{number}.{page[room - 1].pk if room else ''}"
    return Page(resources, total, following)


def position(at: str, sources: int) -> tuple[int, str]:
    """Number of a source and the key after which a page begins. Raises Refused."""
    if not at:
        return 0, ""
    number, dot, key = at.partition(".")
    if not dot or not number.isdecimal() or int(number) >= sources:
        raise _no_page()
    return int(number), key


def _key(rows: QuerySet[Any], text: str) -> Any:
    """`text` as a key of the table of `rows`. Raises Refused."""
    for key in keys_for(rows, [text]):
        return key
    raise _no_page()


def _no_page() -> Exception:
    return refused(400, _("This link of a page is not one of ours. Begin the search again."), code="page")


def matching(source: Source, rows: QuerySet[Any], query: Query) -> QuerySet[Any] | None:
    """Those of `rows` that match; None where this kind of row has not what is asked for."""
    for name, value in query:
        if name == "_id":
            rows = rows.filter(pk__in=keys_for(rows, value.split(",")))
            continue
        parameter = source.parameters.get(name)
        if name == "_lastUpdated":
            parameter = moment("updated") if "updated" in rows.query.annotations else None
        if parameter is None:
            return None
        values = [part for part in value.split(",") if part]
        rows = rows.filter(Q(*map(parameter.condition, values), _connector=Q.OR) if values else Q())
    return rows


def _search_derived(reader: Reader, served: DerivedType, query: Query, count: int, at: str) -> Page:
    given = dict(query)
    if not given.keys() & {"_id", "based-on", *OF_A_PERSON}:
        text = _("Name a patient: add “patient=Patient/…” to the search.")
        raise refused(400, text, kind="too-costly", code="too_costly")
    for value in (value for name, value in query if name in DATES):
        for one in filter(None, value.split(",")):
            period_of(one)
    start = int(at) if at.isdecimal() and len(at) < 9 else 0
    if "_id" in given:
        resources = reader.by_ids(served.name, given["_id"].split(","))
    else:
        resources = reader.derived(served, _cases_named(reader.user, given))
    matching = [row for row in resources if all(_matches(row, name, value) for name, value in query)]
    page = matching[start : start + count]
    following = str(start + count) if start + count < len(matching) else ""
    return Page(page, len(matching), following)


def _cases_named(user: User, given: Mapping[str, str]) -> QuerySet[Case]:
    rows = exchange.visible(user)
    fields = {"patient": "patient", "subject": "patient", "based-on": "pk"}
    for name in fields.keys() & given.keys():
        keys = [as_uuid(value.rpartition("/")[2]) for value in given[name].split(",")]
        rows = rows.filter(**{f"{fields[name]}__in": [key for key in keys if key]})
    return rows


def _matches(resource: Json, name: str, value: str) -> bool:
    """Whether a rendered resource has one of the values of a parameter."""
    values = [part for part in value.split(",") if part]
    if not values:
        return True
    if name in DATES:
        moment_text = resource["meta"]["lastUpdated"] if name != "date" else resource.get("effectiveDateTime")
        return any(matches_date(moment_text, one) for one in values)
    if name == "status":
        return resource.get("status") in values
    if name in ("code", "category"):
        return any(_has_coding(resource.get(name), one) for one in values)
    return True


def _has_coding(concepts: Any, value: str) -> bool:
    system, bar, code = value.rpartition("|")
    codings = [
        one
        for part in (concepts if isinstance(concepts, list) else [concepts or {}])
        for one in part.get("coding", ())
    ]
    return any((not code or one["code"] == code) and (not bar or one["system"] == system) for one in codings)


def references_in(resource: Json, element: str) -> list[str]:
    """The local references of an element, `Type/id` each."""
    value = resource.get(element)
    rows = value if isinstance(value, list) else [value]
    return [row["reference"] for row in rows if isinstance(row, dict) and "reference" in row]


def load(reader: Reader, references: Iterable[str]) -> list[Json]:
    """What references name, in one question for each type; those that the token may not read are left out."""
    by_type: dict[str, list[str]] = {}
    for one in dict.fromkeys(references):
        resource_type, _slash, pk = one.partition("/")
        by_type.setdefault(resource_type, []).append(pk)
    return [
        resource
        for resource_type, ids in by_type.items()
        if reader.grant.allows("r", resource_type)
        for resource in reader.by_ids(resource_type, ids)
    ]
