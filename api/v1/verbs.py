"""The verbs of the pathway: one address each, made from the inputs in `referral.pathway.inputs`."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.etags import expected_version
from api.idempotency import idempotent
from api.resource import Resource
from api.v1.case_answers import case_answer, parting_answer
from api.v1.case_shapes import CaseShape
from api.v1.documenting import ETAG, IDEMPOTENCY_KEY, IF_MATCH, described
from api.v1.inputs import EXAMPLE_VALUES, IndicatorsRequest, values_of
from api.v1.shapes import PartingShape
from api.v1.verb_fields import field_of
from referral.intake.unannounced import arriving
from referral.models import Case
from referral.pathway.inputs import ON_AN_OFFER, VERB_INPUTS, Shape, VerbInput, parse_inputs
from referral.pathway.perform import EFFECTS, perform
from referral.pathway.refusals import InputError, OfferNotOpen
from referral.pathway.vocabulary import Verb
from referral.queries import cases

Field = serializers.Field[Any, Any, Any, Any]

WITH_ADDRESSES_OF_THEIR_OWN = frozenset({Verb.REGISTER, Verb.SAVE_INDICATORS, Verb.ADD_FILE})
"""`POST /cases`, `PATCH` of the indicators, and a file, which is not sent as JSON."""

VERBS = tuple(
    verb
    for verb in Verb
    if verb in EFFECTS and verb in VERB_INPUTS and verb not in WITH_ADDRESSES_OF_THEIR_OWN
)
"""What people can do by an address made here: verbs that take inputs (the engine's take none)."""


class VerbView(Resource):
    """One verb on one case; the answer is the case as it is then."""

    verb: ClassVar[Verb]

    @idempotent
    def post(self, request: Request, case_id: UUID) -> Response:
        case, body = self._case(case_id), dict(self.body)
        offer = _offer(body) if self.verb in ON_AN_OFFER else None
        expected = expected_version(request)
        given = inputs_of(self.verb, body)
        done = perform(
            case,
            self.verb,
            actor=self.person,
            now=self.now,
            offer=offer,
            if_version=expected,
            read=lambda locked: parse_inputs(self.verb, given, case=locked, user=self.person),
        )
        return self._answer(done)

    def check_replay(self, answer: Any, **named: Any) -> None:
        """Whoever no longer sees the case is told no more of it than a new request would be."""
        person, case_id = self.person, named["case_id"]
        if Case.objects.visible_to(person).filter(pk=case_id).exists():
            return
        own = cases.own_offers(person, case_id).exists() or cases.own_questions(person, case_id).exists()
        if answer["patient"] is None and own:
            return
        self._case(case_id)
        raise Case.DoesNotExist

    def _case(self, case_id: UUID) -> Case:
        try:
            return cases.visible_case(self.person, case_id)
        except Case.DoesNotExist:
            if self.verb is Verb.ADMIT:
                return arriving(self.person, case_id, now=self.now)
            if self.verb in ON_AN_OFFER and cases.own_offers(self.person, case_id).exists():
                raise OfferNotOpen from None
            raise

    def _answer(self, done: Case) -> Response:
        case = cases.cases(self.person).filter(pk=done.pk).first()
        if case is None:
            return parting_answer(done, self.person)
        return case_answer(case, self.person, now=self.now)


def _offer(body: dict[str, Any]) -> UUID | None:
    named = body.pop("offer", None)
    if named is None:
        return None
    try:
        return UUID(named)
    except (ValueError, TypeError, AttributeError) as error:
        message = _("This is no id of a referral request. Leave it out to mean the open one.")
        raise InputError(("offer", "invalid", message)) from error


def inputs_of(verb: Verb, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The inputs in `body`: as they are, but for an assessment's values, which may lie beside the others."""
    if verb is not Verb.ASSESS:
        return body
    names = {verb_input.name for verb_input in VERB_INPUTS[verb]} - {"values"}
    values = values_of({name: value for name, value in body.items() if name not in names})
    return {**{name: value for name, value in body.items() if name in names}, "values": values}


def verb_view(verb: Verb) -> type[VerbView]:
    """The view of `verb`, described from its inputs."""
    view = type(f"{_camel(verb)}View", (VerbView,), {"verb": verb})
    assesses = verb is Verb.ASSESS
    described_post = described(
        verb.value,
        str(verb.name.replace("_", " ").capitalize()),
        tag="verbs",
        request=request_shape(verb),
        answer=PolymorphicProxySerializer("CaseOrParting", [CaseShape, PartingShape], None),
        refusals=(403, 404, 409, 412, 422),
        parameters=[IDEMPOTENCY_KEY, IF_MATCH, ETAG],
        examples=[EXAMPLE_VALUES] if assesses else _examples(verb),
    )
    return extend_schema_view(post=described_post)(view)


def request_shape(verb: Verb) -> type[serializers.Serializer[Any]] | None:
    """The schema of what `verb` takes, from its inputs."""
    fields = {
        verb_input.name: field_of(verb_input)
        for verb_input in VERB_INPUTS[verb]
        if verb_input.shape is not Shape.VALUES
    }
    if verb in ON_AN_OFFER:
        fields["offer"] = serializers.UUIDField(
            required=False, help_text="the request meant; the open one when left out"
        )
    base: type[serializers.Serializer[Any]] = serializers.Serializer
    if verb is Verb.ASSESS:
        base = IndicatorsRequest
        fields["indicators"] = IndicatorsRequest(required=False)
    return type(f"{_camel(verb)}Request", (base,), {"__doc__": "", **fields})


def _examples(verb: Verb) -> list[OpenApiExample]:
    value = {verb_input.name: _example(verb_input) for verb_input in VERB_INPUTS[verb] if verb_input.required}
    return [OpenApiExample("The least", value=value, request_only=True)] if value else []


def _example(verb_input: VerbInput) -> Any:
    match verb_input.shape:
        case Shape.TEXT:
            return "12" if verb_input.name == "bed" else "…"
        case Shape.CHOICE if isinstance(verb_input.choices, type):
            return verb_input.choices.values[0]
        case Shape.NUMBER if isinstance(verb_input.choices, tuple):
            return verb_input.choices[0]
        case Shape.MOMENT:
            return "2026-05-17T14:00:00+08:00"
        case Shape.DATE:
            return "2026-05-17"
        case Shape.DECIMAL:
            return verb_input.low or 1
        case _:
            return "01970000-0000-7000-8000-000000000000"


def _camel(verb: Verb) -> str:
    return verb.value.replace("_", " ").title().replace(" ", "")
