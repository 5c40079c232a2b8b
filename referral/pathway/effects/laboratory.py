"""The verb on the routine laboratory panel of the ward."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from referral.models import LaboratoryPanel
from referral.pathway.change import Change
from referral.pathway.effects.findings import written
from referral.pathway.inputs.ward import PANEL
from referral.pathway.perform import FIRST_VISIT, effect
from referral.pathway.refusals import ConfirmationNeeded, InputError
from referral.pathway.sources import counted, sources_in, with_sources
from referral.pathway.vocabulary import Verb
from scoring import Reading, read_inputs
from scoring.inputs import ANY_INPUT
from scoring.texts import issue_text

ASKED = {name: ANY_INPUT[name] for name in PANEL}


@effect(Verb.RECORD_PANEL)
def record_panel(
    change: Change,
    *,
    sampled_at: datetime,
    note: str = "",
    sources: Mapping[str, Any] | None = None,
    **values: Any,
) -> None:
    """Keep the values of one sample as typed and normalised. Unusual values must be confirmed by name."""
    sampled_at = change.past(sampled_at, "sampled_at")
    change.date(sampled_at, "sampled_at")
    change.not_before(change.case.first_visit_at, FIRST_VISIT)
    reading = read_panel(values)
    taken = sources_in({**values, "sources": sources}, user=change.person, case=change.case)
    panel = LaboratoryPanel.objects.create(
        entered=with_sources(reading.entered, taken),
        values=dict(reading.values),
        confirmed=sorted(reading.confirmed),
        **written(change, note),
    )
    change.details.update(record=str(panel.pk), values=len(reading.entered))
    if taken:
        change.details["sources"] = counted(taken)


def read_panel(values: Mapping[str, Any]) -> Reading:
    """The values of the panel. Raises InputError and ConfirmationNeeded."""
    reading = read_inputs(values, inputs=ASKED)
    if reading.issues:
        raise InputError(*((issue.field, issue.code, issue_text(issue)) for issue in reading.issues))
    if not reading.values:
        raise InputError((PANEL[0], "required", _("Enter at least one of the values.")))
    if reading.unconfirmed:
        raise ConfirmationNeeded(
            *((issue.field, "needs_confirmation", issue_text(issue)) for issue in reading.unconfirmed)
        )
    return reading
