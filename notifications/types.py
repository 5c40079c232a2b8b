"""What is told to whom, and its words: the shapes that the rooms hand to each other."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Severity(TextChoices):
    """How loud a notification is, from the quietest to the loudest."""

    INFO = "info", _("information")
    WARNING = "warning", _("warning")
    SEVERE = "severe", _("severe")
    CRITICAL = "critical", _("critical")

    @property
    def is_urgent(self) -> bool:
        return self in (Severity.SEVERE, Severity.CRITICAL)


@dataclass(slots=True)
class Notice:
    """One alert, and whom to tell. `topics` are the live topics whose open pages should look again.

    Notices of one `dedup_key` are one alert: the first says what it is, the others add recipients. Many
    notices of one `group` to one person may become one message; without a group it goes alone, and a
    critical one always does.
    """

    dedup_key: str
    recipients: Collection[UUID]
    subject_type: str
    subject_id: str
    kind: str
    severity: Severity | str
    payload: Mapping[str, Any] = field(default_factory=dict)
    topics: Collection[str] = ()
    group: str = ""

    def __post_init__(self) -> None:
        self.subject_id = str(self.subject_id)
        self.severity = Severity(self.severity)


@dataclass(frozen=True)
class Rendered:
    """A notification in one language. `url_path`, from the root, leads to a page that asks for sign-in.

    `parameters` are short texts by name that a gateway's template may ask for; nothing personal either.
    """

    title: str
    body: str
    url_path: str
    parameters: Mapping[str, str] = field(default_factory=dict)
