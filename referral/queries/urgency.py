"""Which cases cannot wait, whatever time is left: no ward is being asked, and the patient needs one."""

from referral.models import Case
from referral.pathway.vocabulary import State
from scoring import read_inputs, red_flags


def must_act(case: Case) -> bool:
    """Whether the case needs a ward at once and none is being asked."""
    return case.state == State.UNPLACED or bool(unanswered_red_flags(case))


def unanswered_red_flags(case: Case) -> tuple[str, ...]:
    """Red flags among the stored values of a case that nobody has assessed or referred since."""
    return drafted_red_flags(case) if case.state in (State.REGISTERED, State.WATCHED) else ()


def drafted_red_flags(case: Case) -> tuple[str, ...]:
    """Red flags among values that were saved since the last assessment; without a query where the draft is
    loaded with the case."""
    draft, assessed = case.draft, case.assessment
    if draft is None or (assessed is not None and assessed.recorded_at >= draft.saved_at):
        return ()
    values = {"age_years": case.age} | {name: value for name, value in draft.values.items() if value != ""}
    return red_flags(read_inputs({**values, "confirmed": draft.confirmed}).values)
