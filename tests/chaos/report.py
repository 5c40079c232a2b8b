"""The table at the end, and docs/chaos.md."""

import os
import platform
from dataclasses import dataclass, field

from tests.chaos.platform import ROOT
from tests.chaos.reckoning import Reckoning

HEAD = ("scenario", "killed", "deadlines", "messages", "lost", "doubled", "sent twice*", "asked again**", "s")
SHOWN_FINDINGS = 10


@dataclass
class Table:
    seed: int
    is_short: bool
    rows: list[tuple[str, ...]] = field(default_factory=list)
    holds: bool = True

    def add(self, name: str, found: Reckoning, killed: int, seconds: float) -> None:
        figures = (found.deadlines, found.messages, len(found.lost), len(found.doubled), found.twice)
        row = (name, str(killed), *map(str, (*figures, found.asked_again)), f"{seconds:.0f}")
        self.rows.append(row)
        self.holds &= found.holds
        print(" | ".join(row), flush=True)
        for finding in [*found.lost, *found.doubled][:SHOWN_FINDINGS]:
            print(f"    {finding}", flush=True)

    def close(self) -> None:
        print("\n" + self.markdown)
        print(f"seed {self.seed}: " + ("nothing lost, nothing doubled" if self.holds else "IT DOES NOT HOLD"))

    @property
    def markdown(self) -> str:
        lines = [HEAD, ("---", *["---:"] * (len(HEAD) - 1)), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def write(self) -> None:
        raise NotImplementedError
