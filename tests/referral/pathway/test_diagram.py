"""The picture of the pathway: every change of state of the table, and none besides."""

import re

from referral.pathway.diagram import NEXT, diagram, drawn_groups
from referral.pathway.table import NEXT_WARD, TABLE
from referral.pathway.vocabulary import ENDED, State, Verb

EDGE = re.compile(r"^    (\w+) --> (\w+) : (.+)$", re.MULTILINE)


def drawn() -> dict[tuple[str, str], list[str]]:
    """The labels of each edge, by the states or sets of states at its ends."""
    return {(source, target): words.split(" / ") for source, target, words in EDGE.findall(diagram())}


def members(node: str) -> set[State]:
    if node == NEXT:
        return {*NEXT_WARD}
    groups = drawn_groups()
    return {*groups[node][0]} if node in groups else {State(node)}


def test_every_verb_that_changes_the_state_has_its_edge() -> None:
    edges = drawn()
    changes = {
        (source, target, str(row.verb.label))
        for row in TABLE
        for source in row.sources & {*State}
        for target in row.targets
        if source != target
    }
    seen = {
        (start, end, words)
        for (source, target), labels in edges.items()
        for words in labels
        for start in members(source)
        for end in members(target)
    }
    assert changes <= seen
    assert set(edges["in_transit", "admitted"]) == {str(Verb.ADMIT.label), str(Verb.HAND_OVER.label)}


def test_no_edge_leads_to_where_it_starts_or_says_a_verb_twice() -> None:
    for (source, target), words in drawn().items():
        assert source != target
        assert len(set(words)) == len(words)


def test_a_case_begins_registered_and_ends_where_it_is_over() -> None:
    assert "\n    [*] --> registered" in diagram()
    assert {line.split()[0] for line in diagram().splitlines() if line.endswith("--> [*]")} == ENDED
