"""What a benchmark prints and keeps."""

import json
import math
import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
PLACE = re.compile(r"(?<=<!-- measured -->\n).*(?=\n<!-- /measured -->)", re.DOTALL)
BEGINNING = re.compile(r"(?=^### )", re.MULTILINE)
NAMED = re.compile(r"^`make bench ARGS=(\w+)`", re.MULTILINE)


@dataclass(frozen=True)
class Figure:
    """One measured number; `target` in words, and whether it was met (None: there is no target)."""

    name: str
    value: float
    target: str = ""
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, str, str, str]:
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        return self.name, _number(self.value), self.target, verdict


def at_least(name: str, value: float, target: float) -> Figure:
    return Figure(name, value, f">= {target:,}", value >= target)


def below(name: str, value: float, target: float) -> Figure:
    return Figure(name, value, f"< {target:,}", value < target)


def publish(name: str, title: str, figures: Sequence[Figure], conditions: dict[str, Any]) -> int:
    """Print a table and write bench/results/<name>.json; 1 if a target was missed, else 0."""
    print(f"\n{title}")
    print("  ".join(f"{key}: {_flat(value)}" for key, value in conditions.items()))
    for figure in figures:
        label, value, target, verdict = figure.cells
        print(f"{label:<72}{value:>12}  {target:<12} {verdict}", flush=True)
    RESULTS.mkdir(exist_ok=True)
    shown = [asdict(figure) for figure in figures]
    content = {"title": title, "conditions": conditions, "figures": shown}
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return int(any(figure.met is False for figure in figures))


def document(names: Sequence[str]) -> None:
    """Put the figures that are kept of these benchmarks into docs/benchmarks.md; what it says of those that
    were not measured here stays."""
    written = DOCUMENT.read_text()
    sections = _written(written)
    sections |= {name: _section(name) for name in names if (RESULTS / f"{name}.json").exists()}
    text = "\n\n".join(sections[name] for name in names if name in sections)
    DOCUMENT.write_text(PLACE.sub(lambda _: text, written))


def _written(document: str) -> dict[str, str]:
    """The sections that stand in the document, by benchmark."""
    place = PLACE.search(document)
    sections = [section.strip() for section in BEGINNING.split(place[0] if place else "")]
    return {named[1]: section for section in sections if (named := NAMED.search(section))}


def _section(name: str) -> str:
    kept = json.loads((RESULTS / f"{name}.json").read_text())
    conditions = ", ".join(
        f"{key.replace('_', ' ')} {_flat(value)}" for key, value in kept["conditions"].items()
    )
    rows = [Figure(**figure).cells for figure in kept["figures"]]
    lines = [("", "measured", "target", ""), ("---", "---:", "---", "---"), *rows]
    table = "\n".join(f"| {' | '.join(cell.replace('  ', '&emsp;') for cell in line)} |" for line in lines)
    return f"### {kept['title']}\n\n`make bench ARGS={name}`: {conditions}.\n\n{table}"


def centile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least `share` of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={inner}" for key, inner in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"
