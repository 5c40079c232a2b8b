"""The R4 StructureDefinitions, as a validator that we did not write reads them (@medplum/core)."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from typing import Any

from tests.contract.test_house import ROOT

SCRIPT = "validate_fhir.mjs"


def _node() -> str:
    own = ROOT / ".venv" / "bin" / "node"
    return str(own) if own.exists() else shutil.which("node") or "node"


def findings(resources: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """What the validator says against each of `resources`, by type and id; nothing for valid ones."""
    rows = list(resources)
    lines = "\n".join(json.dumps(row) for row in rows) + "\n"
    done = subprocess.run(
        [_node(), SCRIPT],
        cwd=ROOT / "clients",
        input=lines,
        capture_output=True,
        text=True,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )
    assert done.returncode == 0, done.stderr
    issues = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(issues) == len(rows)
    return {
        f"{row['resourceType']}/{row.get('id', '')}": [
            f"{issue.get('expression', [''])[0]}: {issue['details']['text']}" for issue in said
        ]
        for row, said in zip(rows, issues, strict=True)
        if said
    }
