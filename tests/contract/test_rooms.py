"""The rooms: what each shows to the faces, and that no module imports itself by a detour."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("accounts", "scoring", "notifications", "integrations", "referral", "portal", "api", "fhir", "config")
FACES = ("portal", "api", "fhir")
ROOMS = (
    *("pathway", "intake", "identity", "deadlines", "policy_editing", "alerts", "ward"),
    *("outcomes", "queries", "practice"),
    *("statistics.facts", "statistics.columns", "statistics.reports"),
)
MODELS_THAT_NAME_EACH_OTHER = {
    frozenset({"accounts.models.organisations", "accounts.models.people"}),
    frozenset({"referral.models.assessments", "referral.models.cases"}),
}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the product but migrations, parsed, by its dotted name."""
    values = {}
    for file in sorted(file for app in APPS for file in (ROOT / app).rglob("*.py")):
        if "migrations" not in file.parts:
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            values[name] = ast.parse(file.read_text(encoding="utf-8"))
    return values


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


def surface(room: str) -> set[str]:
    """The modules of a room that its `__init__` names as what others may use."""
    for node in modules()[room].body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return {f"{room}.{name}" for name in ast.literal_eval(node.value)}
    return set()


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


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_is_and_what_others_may_use(room: str) -> None:
    package = f"referral.{room}"
    assert ast.get_docstring(modules()[package]), f"{package} needs a sentence that says what it is"
    missing = surface(package) - set(modules())
    assert not missing, f"{package} names modules that are not there: {sorted(missing)}"


def test_faces_use_only_what_a_room_shows() -> None:
    shown = set().union(*(surface(f"referral.{room}") for room in ROOMS))
    inside = [
        f"{module} imports {name}"
        for module in modules()
        if module.split(".")[0] in FACES
        for name in imports(module)
        for room in ROOMS
        if name.startswith(f"referral.{room}.") and not _is_shown(name, shown)
    ]
    assert not inside, "Not among the modules that the room's __init__ names: " + "; ".join(sorted(inside))


def _is_shown(name: str, shown: set[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in shown)
