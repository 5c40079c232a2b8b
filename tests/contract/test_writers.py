"""`perform` is the only way to change a case: nobody else writes its row, its state or its timeline.

Beside it stand, by name: the unit of work that writes what it gathered, the note of what no verb is about,
and the cycle that records misses of many cases in one statement (README, “How it is built”).
"""

import re
from pathlib import Path

import pytest

from tests.contract.test_house import ROOT, sources

WRITERS: dict[str, frozenset[str]] = {
    r"\b(?:\w*[cC]ase|earlier|locked)\.save\(": frozenset(
        {"referral/pathway/settlement.py", "referral/pathway/notes.py"}
    ),
    r"\bCase\.objects\b[^\n]*\.(?:(?:bulk_|update_or_)?create|(?:bulk_)?update|delete)\(": frozenset(),
    r"\bcase\.state = |, case\.state = ": frozenset({"referral/pathway/perform.py"}),
    r"\btimeline\.(?:event|store\w*)\(": frozenset(
        {
            "referral/pathway/perform.py",
            "referral/pathway/settlement.py",
            "referral/pathway/notes.py",
            "referral/deadlines/escalation.py",
        }
    ),
    r"\bEvent\.objects\b[^\n]*\.(?:create|bulk_create|update|delete)\(": frozenset(
        {"referral/pathway/timeline.py"}
    ),
    r"(?i)(?:UPDATE|INSERT INTO|DELETE FROM) \"?referral_(?:case|event)\"?\s": frozenset(
        {"referral/pathway/timeline.py", "referral/deadlines/escalation.py"}
    ),
}
"""By what writes a case: the files in which it may stand."""


def places(pattern: str, files: list[Path]) -> set[str]:
    return {str(file.relative_to(ROOT)) for file in files if re.search(pattern, file.read_text())}


@pytest.mark.parametrize("pattern", WRITERS)
def test_only_the_named_files_write_a_case(pattern: str) -> None:
    assert places(pattern, sources()) == WRITERS[pattern]


@pytest.mark.parametrize(
    ("pattern", "line"),
    list(
        zip(
            WRITERS,
            (
                'case.save(update_fields=["bed"])',
                'Case.objects.filter(pk=pk).update(bed="")',
                "case.state = State.CLOSED",
                "timeline.store_with_events([line])",
                "Event.objects.create(case=case)",
                'cursor.execute("UPDATE referral_case SET bed = 1")',
            ),
            strict=True,
        )
    ),
)
def test_another_writer_would_be_noticed(pattern: str, line: str) -> None:
    assert re.search(pattern, line)
