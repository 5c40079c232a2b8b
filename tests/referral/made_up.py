"""Facts for any verb, made up from how they are declared: a new verb or fact needs nothing here."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User, Ward
from files.models import StoredFile
from referral.models import RETRACTABLE, Assessment, Case, Deadline
from referral.pathway.inputs import UNITS_OF, VERB_INPUTS, Shape, VerbInput, parse_inputs
from referral.pathway.vocabulary import Verb
from scoring.inputs import ANY_INPUT
from tests.world import HOUR, ILL, MINUTE, WELL, sampled

Pick = Callable[[Any], Any]
DAY = timedelta(days=1)
AHEAD = frozenset({"due_at", "until", "expected_arrival_at"})
NARROW = frozenset({"started_at"})


def loose_file(user: User, now: datetime) -> StoredFile:
    """A file that `user` has sent, without its content."""
    made = StoredFile(
        added_by=user,
        added_at=now,
        name="x",
        media_type="image/jpeg",
        size=1,
        key="",
        due_at=now,
        kept_until=now,
    )
    made.digest = made.pk.hex
    made.save()
    return made


def case_file(case: Case) -> str:
    first = case.files.counting().first()
    return str(first.pk if first else case.pk)


class MadeUp:
    """Answers to what a form asks; `pick` chooses one of several."""

    def __init__(self, case: Case, user: User, now: datetime, pick: Pick) -> None:
        self.case, self.user, self.now, self.pick = case, user, now, pick

    def inputs(self, verb: Verb) -> dict[str, Any]:
        """What `perform` takes after the parser read it. Raises InputError as the faces do."""
        if verb not in VERB_INPUTS:
            return {}
        only_required = self.pick([True, False])
        asked = [verb_input for verb_input in VERB_INPUTS[verb] if verb_input.required or not only_required]
        raw = {verb_input.name: MAKERS[verb_input.shape](self, verb_input) for verb_input in asked}
        measured = [verb_input.name for verb_input in asked if verb_input.shape is Shape.MEASURED]
        raw |= {verb_input.name: measured for verb_input in asked if verb_input.shape is Shape.CONFIRMED}
        given = {name: value for name, value in raw.items() if value is not None}
        return parse_inputs(verb, given, case=self.case, user=self.user)

    def choice(self, verb_input: VerbInput) -> Any:
        return self.pick(list(getattr(verb_input.choices, "values", verb_input.choices) or [0, 1]))

    def moment(self, verb_input: VerbInput) -> datetime:
        if verb_input.name in AHEAD:
            return self.now + self.pick([2 * HOUR, 4 * DAY, -HOUR])
        if verb_input.name in NARROW:
            return self.now - HOUR
        return self.now - self.pick([timedelta(0), MINUTE, 3 * HOUR, 2 * DAY])

    def decimal(self, verb_input: VerbInput) -> float:
        return ((verb_input.low or 0) + (verb_input.high or 1)) / 2

    def ward(self, verb_input: VerbInput) -> Any:
        return str(self.pick(list(Ward.objects.order_by("name_en"))).pk)

    def deadline(self, verb_input: VerbInput) -> Any:
        rows = Deadline.objects.filter(case=self.case).order_by("starts_at", "kind", "pk")
        return str(self.pick(list(rows)).pk)

    def assessment(self, verb_input: VerbInput) -> Any:
        newest = Assessment.objects.filter(case=self.case).order_by("-number").first()
        return str(newest.pk) if newest else None

    def record(self, verb_input: VerbInput) -> Any:
        rows = [
            row for model in RETRACTABLE.values() for row in model.objects.counting().filter(case=self.case)
        ]
        return str(self.pick(rows).pk) if rows else str(self.case.pk)

    def mistake(self, verb_input: VerbInput) -> Any:
        """None where nothing was entered in error, so that the fact is left out."""
        rows = list(self.case.retractions.order_by("at", "pk"))
        return str(self.pick(rows).record) if rows else None

    def measured(self, verb_input: VerbInput) -> Any:
        spec = ANY_INPUT[verb_input.name]
        if spec.kind == "flag":
            return self.pick([True, False])
        if spec.kind == "choice":
            return self.pick(list(spec.choices))
        low, high = (bound if bound is not None else 1 for bound in spec.hard)
        return self.pick([low, high]) if spec.kind == "grade" else max(low, min((low + high) / 2, 100.0))

    def unit(self, verb_input: VerbInput) -> str:
        return UNITS_OF[verb_input.name][0]


MAKERS: dict[Shape, Callable[[MadeUp, VerbInput], Any]] = {
    Shape.TEXT: lambda made, verb_input: "x",
    Shape.CHOICE: MadeUp.choice,
    Shape.NUMBER: MadeUp.choice,
    Shape.MOMENT: MadeUp.moment,
    Shape.WARD: MadeUp.ward,
    Shape.DEADLINE: MadeUp.deadline,
    Shape.ASSESSMENT: MadeUp.assessment,
    Shape.RECORD: MadeUp.record,
    Shape.MISTAKE: MadeUp.mistake,
    Shape.LOOSE_FILE: lambda made, verb_input: loose_file(made.user, made.now),
    Shape.CASE_FILE: lambda made, verb_input: case_file(made.case),
    Shape.VALUES: lambda made, verb_input: sampled(made.pick([WELL, ILL]), made.now),
    Shape.DECIMAL: MadeUp.decimal,
    Shape.BOOLEAN: lambda made, verb_input: made.pick([True, False]),
    Shape.DATE: lambda made, verb_input: made.now.date(),
    Shape.SEVERAL: lambda made, verb_input: [made.choice(verb_input)],
    Shape.PAIRS: lambda made, verb_input: {"a": 1.5},
    Shape.MEASURED: MadeUp.measured,
    Shape.UNIT: MadeUp.unit,
    Shape.CONFIRMED: lambda made, verb_input: [],
    Shape.BIRTH_DATE: lambda made, verb_input: made.pick(["1962-05-03", "1962"]),
}
