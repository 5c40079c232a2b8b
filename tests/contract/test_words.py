"""Old names of the house stay away: each thing is called as the design and the glossary call it."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "config",
    "accounts",
    "scoring",
    "notifications",
    "referral",
    "portal",
    "api",
    "labs",
    "files",
    "integrations",
    "fhir",
    "bench",
)
OLD = [
    "told",
    "told_of",
    "ToldDay",
    "Told",
    "tell_of",
    "tell_people",
    "tell_operators",
    "tells",
    "also_tells",
    "found",
    "known",
    "Found",
    "wanted",
    "Wanted",
    "clean_wanted",
    "Beside",
    "read_beside",
    "standing",
    "Standing",
    "Fact",
    "FactError",
    "FACTS",
    "clean_facts",
    "typed_facts",
    "facts_of",
    "first_do",
    "deed",
    "DEEDS",
    "take_in",
    "SAYING",
    "against",
    "Firing",
    "fire",
    "next_look",
    "NOBODY",
    "Reasons",
    "is_trial",
    "operate",
    "entitlement",
    "wording",
    "telling",
    "ward_says",
    "way_back_file",
    "ward_file",
    "WayError",
    "ways",
    "ways_of",
    "says",
    "find_arrival",
    "arrivals",
    "fact",
]
TEMPLATE = re.compile(r"\{[{%][^}]*\b(told|found|wanted|standing|ways)[ .|}][^}]*[}%]\}")


def names(file: Path) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(file.read_text()).readline):
        if token.type == tokenize.NAME:
            yield token.string


def sources() -> Iterator[Path]:
    for room in (*ROOMS, "tests"):
        yield from (file for file in (ROOT / room).rglob("*.py") if "migrations" not in file.parts)


def test_no_name_of_the_code_or_of_a_test_is_one_of_the_old_ones() -> None:
    old = set(OLD)
    assert not {
        f"{file.relative_to(ROOT)}: {name}" for file in sources() for name in names(file) if name in old
    }


def test_no_variable_of_a_template_has_an_old_name() -> None:
    literal = re.compile(r"""(?:"[^"]*"|'[^']*')""")
    templates = [file for room in ROOMS for file in (ROOT / room).rglob("*.html")]
    bad = {
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in templates
        for match in TEMPLATE.finditer(literal.sub('""', file.read_text()))
    }
    assert not bad
