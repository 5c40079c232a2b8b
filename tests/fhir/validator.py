"""The R4 StructureDefinitions, as a validator that we did not write reads them (@medplum/core)."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from typing import Any

from tests.contract.test_house import ROOT

SCRIPT = "validate_fhir.mjs"


def _node() -> str:
    own = ROOT / ".venv" / "bin" / "node"
    return str(own) if own.exists() else shutil.which("node") or "node"


@cache
def _validator() -> subprocess.Popen[str]:
    """It reads all definitions of R4 when it starts: one process serves a whole run, and ends with it."""
    return subprocess.Popen(
        [_node(), SCRIPT],
        cwd=ROOT / "clients",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )


def _issues(resource: dict[str, Any]) -> list[dict[str, Any]]:
    asked, answers = _validator().stdin, _validator().stdout
    assert asked is not None
    assert answers is not None
    print(json.dumps(resource), file=asked, flush=True)
    answer = answers.readline()
    assert answer, "the validator has ended"
    issues: list[dict[str, Any]] = json.loads(answer)
    return issues


def findings(resources: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """What the validator says against each of `resources`, by type and id; nothing for valid ones."""
    judged = [(row, _issues(row)) for row in resources]
    return {
        f"{row['resourceType']}/{row.get('id', '')}": [
            f"{issue.get('expression', [''])[0]}: {issue['details']['text']}" for issue in issues
        ]
        for row, issues in judged
        if issues
    }
