"""One mistake at a time in a copy of the tree, and the tests that run its line."""

import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from coverage import CoverageData

from tests.mutants.mistakes import AREAS, Mistake

GIT = shutil.which("git") or "git"
PYTEST = str(Path(sys.executable).with_name("pytest"))
SHARED = (".venv", "node_modules", "bundling/node_modules", "staticfiles")
ROUND = 160
"""So many tests are asked at once about a mistake; the next ones only if these have not noticed it."""
CPU_SECONDS = 600
"""More than a round needs, however busy the machine is: who computes longer goes round in circles."""
AT_IMPORT = ""
"""The context of what runs before any test does."""
HOUR_SECONDS = 3600
"""Who neither ends nor computes waits for something that does not come."""


def environment(**more: str) -> dict[str, str]:
    """That of a shell: what `config` sets for this process would keep the tests from their settings."""
    return {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"} | more


@dataclass(frozen=True)
class Tree:
    """A copy of the tree's tracked files, in which mistakes are made; what is installed is shared."""

    root: Path

    @classmethod
    def copied(cls, source: Path, root: Path) -> "Tree":
        shutil.rmtree(root, ignore_errors=True)
        listing = subprocess.run([GIT, "ls-files", "-z"], cwd=source, capture_output=True, check=True)
        compiled = [str(file.relative_to(source)) for file in source.glob("locale/*/LC_MESSAGES/*.mo")]
        for name in [*listing.stdout.decode().strip("\0").split("\0"), *compiled]:
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target)
        for name in SHARED:
            if (source / name).exists():
                (root / name).symlink_to(source / name)
        return cls(root)

    def notices(self, mistake: Mistake, tests: list[str]) -> bool:
        """Whether one of `tests`, asked in their order, fails or hangs with this mistake in the tree.

        The tree is whole again afterwards.
        """
        file = self.root / mistake.path
        source = file.read_text()
        file.write_text(mistake.made_in(source))
        try:
            rounds = (sorted(tests[first : first + ROUND]) for first in range(0, len(tests), ROUND))
            return not all(self.passes(some) for some in rounds)
        finally:
            file.write_text(source)

    def passes(self, tests: list[str]) -> bool:
        """Whether all of `tests` pass, within the time that is given to them."""
        limited = ["/bin/sh", "-c", f'ulimit -t {CPU_SECONDS} && exec "$@"', "sh"]
        command = [*limited, PYTEST, "-x", "-q", "-n0", "-p", "no:cacheprovider", *tests]
        unwritten = environment(PYTHONDONTWRITEBYTECODE="1")
        try:
            done = subprocess.run(
                command, cwd=self.root, env=unwritten, capture_output=True, timeout=HOUR_SECONDS
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0


class TestsByLine:
    """Which tests run which line, from a coverage file whose contexts are the tests."""

    __test__ = False

    def __init__(self, coverage_file: Path, root: Path) -> None:
        self.root = root
        self.data = CoverageData(str(coverage_file))
        self.data.read()

    def of(self, mistake: Mistake) -> list[str]:
        """Tests that run the line, the nearest to its folder first, and then the modules of its room that run
        it in what their tests share. Of a line that runs at import, whatever else runs it, the modules that
        name its file, and those that run anything of its folder: there it is what others read."""
        file = self.root / mistake.path
        contexts = self.data.contexts_by_lineno(str(file)).get(mistake.line, [])
        names, naming = _tests(contexts), []
        if not names or AT_IMPORT in contexts:
            naming = self._naming(mistake.path)
            names |= self._of_files(file.parent.glob("*.py"))
        mixed = random.Random(str(mistake)).sample(sorted(names), len(names))
        nearest = sorted(mixed, key=lambda name: -_shared_folders(mistake.path, name))
        return naming + nearest + _sharing(contexts, len(Path(AREAS[mistake.area]).parts), mistake.path)

    def _naming(self, path: str) -> list[str]:
        """Modules of tests that import a file by its name, in the folder of its room."""
        name = re.escape(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        modules = (self.root / "tests" / Path(path).parts[0]).rglob("test_*.py")
        naming = [one for one in modules if re.search(rf"\b{name}\b", one.read_text(encoding="utf-8"))]
        return sorted(str(one.relative_to(self.root)) for one in naming)

    def _of_files(self, files: Iterable[Path]) -> set[str]:
        by_line = [self.data.contexts_by_lineno(str(file)) for file in files]
        return _tests([context for lines in by_line for contexts in lines.values() for context in contexts])


def _shared_folders(path: str, test: str) -> int:
    """How many folders, from the root on, a file and the tests of its room have in common."""
    folders = zip(Path(path).parent.parts, Path(test).parent.parts[1:], strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], folders)))


def _sharing(contexts: list[str], depth: int, path: str) -> list[str]:
    """Modules of the room that share what is made by the line: the setup of one test made it for all."""
    made = {context.partition("::")[0] for context in contexts if context.endswith("|setup")}
    return sorted(module for module in made if _shared_folders(path, module) >= depth)


def _tests(contexts: list[str]) -> set[str]:
    return {context.rpartition("|")[0] for context in contexts if "|" in context}
