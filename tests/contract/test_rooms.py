"""The rooms: what each shows to the faces, and that no module imports itself by a detour."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.contract.test_house import ROOMS as FLOORS
from tests.contract.test_house import ROOT, parsed, sources

FACES = ("portal", "api", "fhir")
OF_DJANGO = {"management", "migrations", "templatetags"}
DIVIDED = {"referral.statistics"}
"""Packages that are no room themselves, but rooms under one roof."""
MODELS_THAT_NAME_EACH_OTHER = {
    frozenset({"accounts.models.organisations", "accounts.models.people"}),
    frozenset({"referral.models.assessments", "referral.models.cases"}),
}


@cache
def files() -> dict[str, Path]:
    """Every module of the product but migrations, by its dotted name."""
    names = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in sources()}
    return {name.removesuffix(".__init__"): file for name, file in names.items()}


@cache
def modules() -> dict[str, ast.Module]:
    return {name: parsed(file) for name, file in files().items()}


@cache
def imports(module: str) -> frozenset[str]:
    """The modules of the product that `module` imports, for types only included."""
    named = set()
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.ImportFrom) and node.module:
            named |= {_module(node.module, alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
    return frozenset(named & set(modules()) - {module})


def _module(parent: str, name: str) -> str:
    return f"{parent}.{name}" if f"{parent}.{name}" in modules() else parent


@cache
def packages() -> frozenset[str]:
    """Packages with code of our own, not of a kind that Django asks for."""
    names = {module for module, file in files().items() if file.name == "__init__.py"}
    return frozenset(name for name in names if not OF_DJANGO & set(name.split(".")))


def rooms() -> list[str]:
    """The packages of the floors below the faces that have a surface; models are for everybody."""
    parents = DIVIDED | (set(FLOORS) - set(FACES) - {"config"})
    inside = {name for name in packages() if name.rpartition(".")[0] in parents} - DIVIDED
    return sorted(name for name in inside if not name.endswith(".models"))


def surface(room: str) -> set[str] | None:
    """What a room names in its `__init__` as for others to use; None where it does not say."""
    for node in modules()[room].body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return {f"{room}.{name}" for name in ast.literal_eval(node.value)}
    return None


def defined(room: str) -> set[str]:
    """What the `__init__` of a room defines or imports by name."""
    names: set[str] = set()
    for node in modules()[room].body:
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign):
            names |= {ast.unparse(target) for target in node.targets}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
    return {f"{room}.{name}" for name in names}


def reached(start: str) -> set[str]:
    """Everything that importing `start` imports in the end."""
    names: set[str] = set()
    waiting = [start]
    while waiting:
        new = imports(waiting.pop()) - names
        names |= new
        waiting.extend(new)
    return names


def circles() -> Iterator[frozenset[str]]:
    """Sets of modules that import each other."""
    reach = {module: reached(module) for module in modules()}
    return (
        frozenset(other for other in reach[module] if module in reach[other])
        for module in reach
        if module in reach[module]
    )


def test_no_module_imports_itself_by_a_detour_except_two_models() -> None:
    new = {circle for circle in circles() if circle not in MODELS_THAT_NAME_EACH_OTHER}
    assert not new, f"These import each other; move what both need below them: {[sorted(one) for one in new]}"


def test_every_package_says_what_it_is() -> None:
    silent = sorted(package for package in packages() if not ast.get_docstring(modules()[package]))
    assert not silent, f"A sentence is missing in the __init__.py of {silent}"


@pytest.mark.parametrize("room", rooms())
def test_a_room_says_what_others_may_use(room: str) -> None:
    shown = surface(room)
    assert shown is not None, f"{room}/__init__.py needs an __all__ of what others may use, empty for nothing"
    missing = shown - set(modules()) - defined(room)
    assert not missing, f"{room} names what is not there: {sorted(missing)}"


def test_faces_use_only_what_a_room_shows() -> None:
    inside = [
        f"{module} imports {name}"
        for module in modules()
        if module.split(".")[0] in FACES
        for name in imports(module)
        for room in rooms()
        if name.startswith(f"{room}.") and not _is_shown(name, surface(room) or set())
    ]
    assert not inside, "Not among the modules that the room's __init__ names: " + "; ".join(sorted(inside))


def _is_shown(name: str, shown: set[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in shown)
