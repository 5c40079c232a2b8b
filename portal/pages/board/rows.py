"""One row of the board: a case for one reader at one moment, and what can be done about it from the list."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from portal.background import at_a_glance
from portal.lab_values import LabValue, common_age, in_words
from portal.pages.case import context
from portal.pages.case.proof import headline
from portal.pages.case.scene import People
from portal.pages.case.situation import Situation, situation_of
from portal.pages.verbs import forms as verb_forms
from portal.pages.verbs.forms import VerbForm
from portal.pages.verbs.slugs import slug
from portal.pages.verbs.texts import TEXTS, VerbText
from portal.windows import Window
from referral.models import Background, Case, Offer
from referral.pathway.perform import verbs_of
from referral.pathway.vocabulary import Party, State, Verb
from referral.queries import cases as case_queries
from referral.queries.alert_proof import AlertProof
from referral.queries.case_values import CaseValues, case_values
from referral.queries.referral_reasons import Ground, grounds_of
from scoring import texts
from scoring.inputs import ANY_INPUT

ON_A_ROW = ("bilirubin", "inr", "urea", "sodium_mmol_l", "creatinine", "encephalopathy_grade")
"""The values that a row shows first."""
MOST_ON_A_ROW = 8

FORMS_ON_A_ROW: dict[str, tuple[Verb, ...]] = {
    State.WATCHED: (Verb.ANSWER_ADVICE,),
    State.OFFERED: (Verb.ACCEPT, Verb.DECLINE, Verb.ASK_BACK, Verb.ACCEPT_WHEN_FREE),
    State.UNPLACED: (Verb.REDIRECT,),
    State.ACCEPTED: (Verb.ADMIT,),
    State.IN_TRANSIT: (Verb.ARRIVE, Verb.HAND_OVER, Verb.ADMIT, Verb.CHANGE_ARRIVAL),
}


@dataclass(frozen=True, slots=True)
class FoldedForm:
    """A verb of a row whose form is fetched when it is unfolded."""

    slug: str
    text: VerbText


@dataclass(frozen=True, slots=True)
class Row:
    """One case of the list. `is_new`: offered to the reader's ward and acknowledged by nobody.

    `values` are the newest of either side, `more_values` how many stand on the case beside them; `age` is
    that of all laboratory values where they share it. `ground`: what the first hospital said last when it
    referred.
    """

    case: Case
    offer: Offer | None
    due: Window | None
    window: Window | None
    values: list[LabValue]
    more_values: int
    age: str
    flags: list[str]
    missing: list[str]
    ground: Ground | None
    background: list[tuple[str, str]]
    acknowledge: VerbForm | None
    folded: list[FoldedForm]
    may_redirect: bool
    is_new: bool
    situation: Situation
    proof: str = ""

    @property
    def is_coming(self) -> bool:
        """Whether a ward expects the patient."""
        return self.case.state in (State.ACCEPTED, State.IN_TRANSIT)

    @property
    def id(self) -> str:
        return f"case-{self.case.pk}"


def row_of(
    case: Case,
    user: User,
    now: datetime,
    people: People,
    background: Background | None = None,
    proof: AlertProof | None = None,
) -> Row:
    """A row for a case of `referral.queries.board`; asks for nothing."""
    parties = case_queries.sides(user, case)
    usable = verbs_of(parties, case)
    offer = case_queries.current_offer(case)
    fresh = offer is not None and offer.is_open and offer.acknowledged_at is None
    acknowledges = fresh and Verb.ACKNOWLEDGE in usable
    entered = case_values(case)
    due, window = context.time_left(case, parties, now)
    values = on_a_row(entered, now)
    return Row(
        case=case,
        offer=offer,
        due=due,
        window=window,
        values=values,
        more_values=len(entered.latest) - len(values),
        age=common_age(values),
        flags=[texts.red_flag_text(code) for code in entered.red_flags],
        missing=[texts.label(name) for name in entered.missing] if entered.values else [],
        ground=next(reversed(grounds_of(case)), None),
        background=at_a_glance(background, case.hospital.zone),
        acknowledge=_form(Verb.ACKNOWLEDGE, case, offer) if acknowledges else None,
        folded=[
            FoldedForm(slug(verb), TEXTS[verb])
            for verb in FORMS_ON_A_ROW.get(case.state, ())
            if verb in usable
        ],
        may_redirect=Verb.REDIRECT in usable and case.state == State.OFFERED,
        is_new=fresh and Party.OFFER_WARD in parties,
        situation=situation_of(case, parties, now, people),
        proof=headline(proof, now) if proof is not None and fresh else "",
    )


def on_a_row(entered: CaseValues, now: datetime) -> list[LabValue]:
    """The newest values that a row has room for: the usual ones, then what else was measured."""
    measured = [name for name in entered.latest if ANY_INPUT[name].kind == "number"]
    names = dict.fromkeys((*ON_A_ROW, *measured))
    values = [entered.latest[name] for name in names if name in entered.latest]
    return [in_words(value, now) for value in values[:MOST_ON_A_ROW]]


def _form(verb: Verb, case: Case, offer: Offer | None) -> VerbForm:
    named = offer.pk if offer is not None and offer.is_open else None
    return verb_forms.build(verb, case=case, offer=named, back="board")
