"""Several answers by one tap: of a table of organ failure those that a look at the patient gives."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.local_time import in_full
from referral.models import Case
from referral.pathway.vocabulary import Verb
from referral.queries.case_values import tables_of
from scoring import texts
from scoring.inputs import TYPED_INPUTS

BY_LOOKING = (
    *("encephalopathy_grade", "dialysis", "vasopressors", "fio2", "mechanical_ventilation"),
    *("ventilated_for_encephalopathy", "ascites", "complications"),
)
"""What stays as it is until somebody sees that it changed; what is measured is never taken over."""
BY_NAME: Mapping[str, str] = {name: TYPED_INPUTS[name].key for name in BY_LOOKING}
NOTHING_FAILS: Mapping[str, str] = {
    "encephalopathy_grade": "0",
    "fio2": "0.21",
    "complications": "0",
    **dict.fromkeys(
        ("dialysis", "vasopressors", "mechanical_ventilation", "ventilated_for_encephalopathy"), "false"
    ),
}


@dataclass(frozen=True, slots=True)
class AtOnce:
    """One tap: its words say everything that it answers. `sets`: by name of a field, as typed."""

    title: str
    words: str
    sets: Mapping[str, str]

    @property
    def as_json(self) -> str:
        """What it sets, for the script."""
        return json.dumps(dict(self.sets))


def at_once(verb: Verb, case: Case) -> list[AtOnce]:
    """What the form of a verb offers to answer by one tap."""
    if verb != Verb.ASSESS_ORGAN_FAILURE:
        return []
    none = _("encephalopathy, oxygen, ventilation, vasopressors, kidney replacement, complications")
    offered = [AtOnce(_("None of these"), none, NOTHING_FAILS)]
    tables = tables_of(case)
    seen = _seen(tables[-1].values) if tables else {}
    if seen:
        when = in_full(tables[-1].occurred_at, case.hospital.zone)
        words = [f"{texts.label(name)} {texts.value_text(BY_NAME[name], seen[name])}" for name in seen]
        sets = {name: str(value).lower() for name, value in seen.items()}
        title = _("As in the last table, %(when)s") % {"when": when}
        offered.insert(0, AtOnce(title, _(", ").join(words), sets))
    return offered


def _seen(values: Mapping[str, Any]) -> dict[str, Any]:
    """What of a table a look at the patient gave, by name of the field."""
    return {name: values[BY_NAME[name]] for name in BY_LOOKING if BY_NAME[name] in values}
