"""The table at the end, and its copies in docs/chaos.md and the README."""

import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection

from tests.chaos.reckoning import Reckoning

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = (ROOT / "docs" / "chaos.md", ROOT / "README.md")
HEAD = ("scenario", "killed", "deadlines", "messages", "lost", "doubled", "sent again", "asked again", "s")
PLACE = re.compile(r"(?<=<!-- measured -->\n).*(?=\n<!-- /measured -->)", re.DOTALL)
SHOWN_FINDINGS = 10


@dataclass
class Table:
    """Grows by a line per scenario, printed at once; `holds` while every line is as it must be."""

    command: str
    seed: int
    rows: list[tuple[str, ...]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    holds: bool = True
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    def add(self, name: str, reckoning: Reckoning, killed: int, seconds: float) -> None:
        self._show(name, reckoning, killed, seconds)
        self.holds &= reckoning.holds

    def add_proof(self, name: str, reckoning: Reckoning, killed: int, seconds: float) -> None:
        """A rule was broken on purpose: here something must be lost."""
        self._show(
            f"*{name}: noticed*" if reckoning.lost else f"{name}: NOT NOTICED", reckoning, killed, seconds
        )
        self.holds &= bool(reckoning.lost)

    def _show(self, name: str, reckoning: Reckoning, killed: int, seconds: float) -> None:
        figures = (reckoning.deadlines, reckoning.messages, len(reckoning.lost), len(reckoning.doubled))
        repeated = (reckoning.sent_again, reckoning.asked_again)
        row = (name, *(f"{figure:,}" for figure in (killed, *figures, *repeated)), f"{seconds:.0f}")
        self.rows.append(row)
        print(" | ".join(row), flush=True)
        for finding in [*reckoning.lost, *reckoning.doubled][:SHOWN_FINDINGS]:
            print(f"    {finding}", flush=True)

    @property
    def verdict(self) -> str:
        return "Nothing lost, nothing doubled." if self.holds else "IT DOES NOT HOLD."

    @property
    def markdown(self) -> str:
        lines = [HEAD, ("---", *["---:"] * (len(HEAD) - 1)), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def conditions(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version = cursor.fetchone()[0].split()[0]
        python = ".".join(map(str, sys.version_info[:3]))
        machine = f"{os.cpu_count()} cores, load average {self.load:.1f} before"
        return (
            f"`{self.command}`, seed {self.seed}; {machine}; "
            f"Python {python}, PostgreSQL {version} with fsync on, Redis, all on one machine."
        )

    def write(self, conditions: str) -> None:
        """Put the table into the documents, with how it was made."""
        text = "\n\n".join([conditions, self.markdown, *self.remarks, self.verdict])
        for document in DOCUMENTS:
            document.write_text(PLACE.sub(lambda _: text, document.read_text()))
