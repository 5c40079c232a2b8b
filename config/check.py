"""`make check`: what a review should not have to look for, a line for each finding."""

import difflib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from config import embedded, licences

BIN = Path(sys.executable).parent
OPENAPI = embedded.ROOT / "api" / "openapi.yaml"
NODE = embedded.ROOT / "clients" / "node_modules" / ".bin"
MANAGE = [sys.executable, "manage.py"]


def production_environment() -> dict[str, str]:
    """A complete and valid production environment; its database and broker do not exist."""
    with tempfile.TemporaryDirectory() as folder:
        keys = embedded.keys(Path(folder))
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("ACLF_")},
        **keys,
        "ACLF_MODE": "production",
        "ACLF_ALLOWED_HOSTS": "aclf.example",
        "ACLF_BASE_URL": "https://aclf.example",
        "ACLF_EMAIL_URL": "smtps://mail.aclf.example",
        "ACLF_EMAIL_FROM": "aclf@aclf.example",
        "DATABASE_URL": "postgresql://127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }


def run(command: list[str], environment: dict[str, str] | None = None) -> str:
    """Run a command in the tree, as in production if not told otherwise; its output if it failed."""
    chosen = production_environment() if environment is None else environment
    done = subprocess.run(command, cwd=embedded.ROOT, env=chosen, capture_output=True, text=True)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip() or f"status {done.returncode}"


def api_file() -> str:
    """The difference between the committed OpenAPI file and the code's."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "openapi.yaml"
        if problem := run([*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", str(file)]):
            return problem
        committed = OPENAPI.read_text().splitlines() if OPENAPI.exists() else []
        current = file.read_text().splitlines()
    difference = list(difflib.unified_diff(committed, current, "committed", "current", lineterm=""))
    hint = f"{OPENAPI.relative_to(embedded.ROOT)} is not current: manage.py spectacular --file it."
    return "\n".join([hint, *difference[:60]]) if difference else ""


def api_rules() -> str:
    """What redocly and spectral find in the committed OpenAPI file; neither asks the network for anything."""
    quiet = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    quiet["PATH"] = f"{BIN}{os.pathsep}{quiet.get('PATH', '')}"
    linters = (
        ["redocly", "lint", "--config", "clients/redocly.yaml", "--format", "stylish"],
        ["spectral", "lint", "--ruleset", "clients/spectral.yaml", "--fail-severity", "hint"],
    )
    findings = (run([str(NODE / linter), *how, str(OPENAPI)], quiet) for linter, *how in linters)
    return "\n".join(filter(None, findings))


def query_counts() -> str:
    """What differs from the committed counts; asked of a real database, as the tests have one."""
    counted = [
        f"{BIN}/pytest",
        "-q",
        "--tb=short",
        "--show-capture=no",
        "tests/contract/test_query_counts.py",
    ]
    # With this name set, which importing `config` does, the settings are read before the servers run.
    return run(
        counted, {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    )


CHECKS: dict[str, Callable[[], str]] = {
    "format": lambda: run([f"{BIN}/ruff", "format", "--check", "."]),
    "lint": lambda: run([f"{BIN}/ruff", "check", "."]),
    "types": lambda: run([f"{BIN}/mypy"]),
    "floors": lambda: run([f"{BIN}/lint-imports"]),
    "migrations": lambda: run([*MANAGE, "makemigrations", "--check", "--dry-run"]),
    "API file": api_file,
    "API rules": api_rules,
    "translations": lambda: run([sys.executable, "-m", "config.catalogues", "check"]),
    "licences": lambda: "\n".join(licences.findings()),
    "query counts": query_counts,
    "deployment": lambda: run([*MANAGE, "check", "--deploy", "--fail-level", "WARNING"]),
}


def main(names: list[str]) -> int:
    """Run the named checks, or all of them."""
    chosen = {name: check for name, check in CHECKS.items() if not names or name in names}
    failed = 0
    for name, check in chosen.items():
        finding = check()
        print(f"{'FAILED' if finding else 'ok':>6}  {name}", flush=True)
        if finding:
            failed += 1
            print(finding, flush=True)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
