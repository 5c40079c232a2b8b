"""What a benchmark prints and keeps."""

import json
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Figure:
    """One measured number; `target` in words, and whether it was met (None: there is no target)."""

    name: str
    value: float
    target: str = ""
    met: bool | None = None


def at_least(name: str, value: float, target: float) -> Figure:
    return Figure(name, value, f">= {target:,}", value >= target)


def below(name: str, value: float, target: float) -> Figure:
    return Figure(name, value, f"< {target:,}", value < target)


def publish(name: str, title: str, figures: Sequence[Figure], conditions: dict[str, Any]) -> int:
    """Print a table and write bench/results/<name>.json; 1 if a target was missed, else 0."""
    print(f"\n{title}")
    print("  ".join(f"{key}: {_flat(value)}" for key, value in conditions.items()))
    for figure in figures:
        verdict = {True: "met", False: "MISSED", None: ""}[figure.met]
        print(f"{figure.name:<72}{_number(figure.value):>12}  {figure.target:<10} {verdict}", flush=True)
    RESULTS.mkdir(exist_ok=True)
    content = {"conditions": conditions, "figures": [asdict(figure) for figure in figures]}
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return int(any(figure.met is False for figure in figures))


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
