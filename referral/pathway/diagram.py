"""The pathway drawn from its table: a state diagram and tables of verbs, deadlines and ladders, as Markdown.

Everything is in the language that is active while it is drawn.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from accounts.punctuation import listed
from referral.deadlines.ladder_texts import audience_of, length, moment, severity_of, then
from referral.deadlines.ladders import DEFAULT_LADDERS
from referral.models.policies import DEFAULT_MINUTES
from referral.pathway.inputs import VERB_INPUTS
from referral.pathway.perform import EFFECTS
from referral.pathway.table import LIVES, NEXT_WARD, OPENS, TABLE, Transition
from referral.pathway.vocabulary import (
    BEFORE_ADMISSION,
    ENDED,
    IN_WARD,
    OPEN,
    Audience,
    Kind,
    Party,
    State,
    Verb,
)

NEXT, BEGINNING = "next_ward", "[*]"


def groups() -> dict[str, tuple[frozenset[State], str]]:
    """Sets of states that the diagram draws as one, by the name of their node."""
    return {
        "before_admission": (BEFORE_ADMISSION, _("any state before admission")),
        "open_states": (OPEN, _("any open state")),
    }


def drawn_groups() -> dict[str, tuple[frozenset[State], str]]:
    """Those, and what only the diagram draws as one."""
    return {**groups(), "in_a_ward": (IN_WARD, _("in a ward"))}


def diagram() -> str:
    """A Mermaid state diagram of every change of state; verbs that change none are in the table."""
    edges: dict[tuple[str, str], list[str]] = {(State.IN_TRANSIT.value, State.ADMITTED.value): []}
    for row in TABLE:
        for source in nodes_of(row.sources):
            for target in targets_of(row):
                if target != source:
                    edges.setdefault((source, target), []).append(str(row.verb.label))
    # The usual way in is drawn beside the general one, which starts from any state before admission.
    edges[State.IN_TRANSIT.value, State.ADMITTED.value].append(str(Verb.ADMIT.label))
    lines = ["stateDiagram-v2", "    direction TB"]
    lines += [f"    {state.value} : {state.label}" for state in State]
    lines += [f"    {node} : {label}" for node, (_states, label) in drawn_groups().items()]
    lines += [f"    state {NEXT} <<choice>>"]
    lines += [
        edge(source, target, " / ".join(dict.fromkeys(verbs))) for (source, target), verbs in edges.items()
    ]
    lines += [
        edge(NEXT, State.OFFERED.value, _("a ward is left to ask")),
        edge(NEXT, State.UNPLACED.value, _("no ward is left")),
        *(f"    {state.value} --> [*]" for state in State if state in ENDED),
    ]
    return "\n".join(["```mermaid", *lines, "```"])


def edge(source: str, target: str, words: str) -> str:
    return f"    {source} --> {target} : {words}"


def targets_of(row: Transition) -> list[str]:
    """The nodes at which a row's edges end; where the catchment decides, that is one choice."""
    if row.verb == Verb.UNDO_ADMISSION:
        return nodes_of(row.targets)
    if not row.targets.issuperset(NEXT_WARD):
        return [state.value for state in State if state in row.targets]
    return [NEXT, *(state.value for state in State if state in row.targets - {*NEXT_WARD})]


def nodes_of(states: frozenset[str]) -> list[str]:
    """The nodes from which a row's edges start: one for a set that has a name, else one per state.

    A verb that begins a case starts where Mermaid's diagrams do.
    """
    named = [node for node, (members, _label) in drawn_groups().items() if members == states]
    return named or [state.value for state in State if state in states] or [BEGINNING]


def page() -> str:
    """The whole page."""
    return "\n\n".join(
        [
            heading(1, _("The pathway")),
            _(
                "Drawn from `referral/pathway/table.py` and the default policy by `manage.py draw_pathway`; "
                "a test compares this page with the code. Change the table, not the page."
            ),
            heading(2, _("States")),
            diagram(),
            _(
                "“Any state before admission” and “any open state” stand for all of them at once. "
                "Verbs that leave the state as it is are in the next table only."
            ),
            heading(2, _("Verbs")),
            verbs_table(),
            heading(2, _("Deadlines")),
            deadlines_table(),
            _(
                "Some verbs also open or fulfil a deadline by what they say, such as an outcome or an "
                "intervention; each file of `referral/pathway/effects/` shows which."
            ),
            heading(2, _("Alert ladders")),
            _(
                "Whom each deadline alerts, and when; a network can publish a policy with other lengths and "
                "ladders. Percentages are shares of the deadline's time. "
                "People are looked for when the step is due."
            ),
            ladders_table(),
        ]
    ) + "\n"  # fmt: skip


def heading(level: int, words: str) -> str:
    return f"{'#' * level} {words}"


def verbs_table() -> str:
    rows = [
        [
            verb_of(row),
            states(row.sources) or _("no case yet"),
            states(row.targets) if row.targets else _("the state stays"),
            listed(party.label for party in Party if party in row.by),
            inputs_of(row),
            listed(kind.label for kind in Kind if kind in row.meets),
            listed(audience.label for audience in Audience if audience in row.notifies),
        ]
        for row in TABLE
    ]
    head = [
        _("verb"),
        _("usable in"),
        _("leads to"),
        _("used by"),
        _("inputs (optional ones in brackets)"),
        _("deadlines fulfilled"),
        _("who hears of it"),
    ]
    return table(head, rows)


def verb_of(row: Transition) -> str:
    """The verb's words and code, and whether it can be used yet."""
    words = f"{row.verb.label} `{row.verb.value}`"
    if row.corrects:
        return _("%(verb)s, only in the place of a record entered in error") % {"verb": words}
    return words if row.verb in EFFECTS else _("%(verb)s (not yet available)") % {"verb": words}


def inputs_of(row: Transition) -> str:
    """The inputs that the verb takes; optional ones in brackets."""
    fields = VERB_INPUTS.get(row.verb, ())
    return listed(
        f"`{verb_input.name}`" if verb_input.required else f"(`{verb_input.name}`)" for verb_input in fields
    )


def deadlines_table() -> str:
    rows = [
        [
            f"{kind.label} `{kind.value}`",
            listed(state.label for state in State if kind in OPENS.get(state, ())) or _("what a verb says"),
            length(timedelta(minutes=DEFAULT_MINUTES[kind])),
            listed(dict.fromkeys(str(row.verb.label) for row in TABLE if kind in row.meets))
            or _("what a verb says"),
            states(LIVES[kind]),
        ]
        for kind in Kind
    ]
    head = [_("deadline"), _("opened by entering"), _("length of time"), _("fulfilled by"), _("matters in")]
    return table(head, rows)


def ladders_table() -> str:
    rows = [
        [
            str(kind.label) if number == 0 else "",
            moment(step),
            audience_of(step),
            severity_of(step),
            then(step),
        ]
        for kind in Kind
        for number, step in enumerate(DEFAULT_LADDERS[kind])
    ]
    return table(
        [_("deadline"), _("moment"), _("who is alerted"), _("how loudly"), _("what else happens")], rows
    )


def states(states_found: frozenset[str]) -> str:
    for members, label in reversed(groups().values()):
        if members <= states_found:
            return listed([label, *(state.label for state in State if state in states_found - members)])
    return listed(state.label for state in State if state in states_found)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
