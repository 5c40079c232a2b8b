"""The optional background on the form of a new case: folded, read by the same inputs as its verb."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.http import QueryDict

from accounts.models import User
from portal.pages.verbs.fields import Field
from portal.pages.verbs.forms import field_of
from portal.pages.verbs.typed_inputs import raw_inputs, typed_inputs
from referral.intake.submission import read_background
from referral.models import Case
from referral.pathway.inputs.background import GROUPS
from referral.pathway.refusals import InputError, Text
from referral.pathway.vocabulary import Verb

VERB = Verb.STATE_BACKGROUND
PREFIX = "background."


class BackgroundForm:
    """What was typed of the background, by group, and what is wrong with it.

    `inputs` are those of the verb that states it, empty where nothing was typed.
    """

    def __init__(self, data: QueryDict | None, *, case: Case, user: User, now: datetime) -> None:
        typed = typed_inputs(VERB, data) if data is not None else {}
        self.groups = [
            (title, [field_of(VERB, row, case, typed.get(row.name, "")) for row in inputs])
            for title, inputs in GROUPS.values()
        ]
        raw, refused = raw_inputs(VERB, typed, zone=case.hospital.zone, now=now)
        self.inputs: dict[str, Any] = {name: value for name, value in raw.items() if value}
        self.refuse(refused)
        try:
            read_background(self.inputs, actor=user, hospital=case.hospital, now=now)
        except InputError as error:
            named = {name for name, _code, _message in refused}
            self.refuse([row for row in error.rows if row[0].removeprefix(PREFIX) not in named])

    def __iter__(self) -> Iterator[Field]:
        return (row for _title, rows in self.groups for row in rows)

    def refuse(self, rows: Sequence[tuple[str, str, Text]]) -> None:
        """Show what was refused at its field."""
        fields = {row.name: row for row in self}
        for name, _code, message in rows:
            fields[name.removeprefix(PREFIX)].errors.append(message)

    @property
    def errors(self) -> list[Text]:
        return [error for row in self for error in row.errors]

    def non_field_errors(self) -> list[Text]:
        return []

    @property
    def is_open(self) -> bool:
        """Whether something stands there."""
        return any(row.value or row.errors for row in self)
