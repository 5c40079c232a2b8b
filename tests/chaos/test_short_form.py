"""The short form of `make chaos`, and the proof that the suite notices when the rule is broken."""

import subprocess
import sys

import pytest

from tests.chaos.__main__ import BROKEN
from tests.chaos.platform import ROOT

LONGEST_SECONDS = 300


@pytest.mark.waits
def test_nothing_is_lost_or_doubled_whatever_dies_and_a_broken_rule_is_noticed() -> None:
    command = [sys.executable, "-m", "tests.chaos", "--short"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_SECONDS)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-3000:]}"
    assert "Nothing lost, nothing doubled." in done.stdout
    assert f"*{BROKEN}: noticed*" in done.stdout
