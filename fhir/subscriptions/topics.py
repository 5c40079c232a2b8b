"""What can be subscribed to: one topic for each type of resource that changes with a case."""

from typing import cast
from urllib.parse import parse_qsl

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from fhir.datatypes import OWN
from fhir.outcomes import Issue
from fhir.reading import Query, matching
from fhir.types import TYPES, ResourceType

TYPES_WITH_TOPIC = (
    *("ServiceRequest", "Task", "Encounter", "RiskAssessment", "DocumentReference"),
    *("Communication", "CommunicationRequest"),
)
TOPIC = f"{OWN}topic:"


def topic_of(resource_type: str) -> str:
    return f"{TOPIC}{resource_type}"


def served(resource_type: str) -> ResourceType:
    """The type of a topic, which always has rows of its own."""
    return cast(ResourceType, TYPES[resource_type])


def query_of(criteria: str) -> Query:
    """The parameters of `Task?status=requested`."""
    return parse_qsl(criteria.partition("?")[2], keep_blank_values=True)


def issue_with(criteria: str, user: User) -> Issue | None:
    """What is wrong with criteria: an unknown type, parameter or code. Raises Refused for a value."""
    resource_type, mark, rest = criteria.partition("?")
    where = "Subscription.criteria"
    if resource_type not in TYPES_WITH_TOPIC:
        text = _("“%(type)s” cannot be subscribed to: only %(types)s.")
        named = {"type": resource_type[:40], "types": ", ".join(TYPES_WITH_TOPIC)}
        return "not-supported", where, text % named
    query = query_of(criteria)
    if mark and rest and not query:
        return "value", where, _("Write the criteria like a search, such as Task?status=requested.")
    for name, value in query:
        if issue := _issue_with_pair(served(resource_type), name, value, where):
            return issue
    for source in served(resource_type).sources:
        matching(source, source.rows(user), query)
    return None


def _issue_with_pair(kind: ResourceType, name: str, value: str, where: str) -> Issue | None:
    parameters = [one for source in kind.sources if (one := source.parameters.get(name))]
    if not parameters:
        text = _("“%(name)s” is no parameter of this search. GET metadata names those of %(type)s.")
        return "not-supported", where, text % {"name": name[:60], "type": kind.name}
    codes = frozenset().union(*(one.codes for one in parameters))
    given = {part.rpartition("|")[2] for part in value.split(",")}
    if not value or codes and not given <= codes:
        text = _("“%(name)s” has not the value “%(value)s”: nothing could ever match.")
        return "code-invalid", where, text % {"name": name[:60], "value": value[:60]}
    return None
