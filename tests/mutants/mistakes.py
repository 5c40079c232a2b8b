"""Small mistakes that could be made in the code, one place and one change each."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

AREAS = {
    "pathway": "referral/pathway",
    "deadlines": "referral/deadlines",
    "delivery": "notifications/delivery",
    "scoring": "scoring",
}
"""Where a mistake costs a patient time, or gives a wrong number."""
OPERATORS = re.compile(
    r"core/(?:"
    r"ReplaceComparisonOperator_(?:Eq_NotEq|NotEq_Eq|Lt_LtE|LtE_Lt|Gt_GtE|GtE_Gt|Lt_GtE|GtE_Lt|Gt_LtE|LtE_Gt"
    r"|Is_IsNot|IsNot_Is)"
    r"|ReplaceBinaryOperator_(?:Add_Sub|Sub_Add|Mul_Div|Div_Mul)"
    r"|ReplaceUnaryOperator_(?:Delete_Not|Delete_USub)"
    r"|ReplaceAndWithOr|ReplaceOrWithAnd|AddNot|ReplaceTrueWithFalse|ReplaceFalseWithTrue|NumberReplacer"
    r"|ReplaceBreakWithContinue|ReplaceContinueWithBreak|ZeroIterationForLoop)"
)
"""Those of cosmic-ray that a hurried author could have made, and that no import already refuses."""


@dataclass(frozen=True, order=True)
class Mistake:
    """The `occurrence`-th place in the file `path` at which `operator` of cosmic-ray changes something."""

    area: str
    path: str
    line: int
    operator: str
    occurrence: int

    def made_in(self, source: str) -> str:
        """The text of the file with this mistake in it."""
        return str(mutate_code(source, get_operator(self.operator)(), self.occurrence))

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.operator.removeprefix('core/')}"


def possible_mistakes(root: Path) -> list[Mistake]:
    """All of them, in the order of areas, files and lines; tests, migrations and commands are left out."""
    return sorted(
        mistake
        for area, folder in AREAS.items()
        for file in (root / folder).rglob("*.py")
        if not {"migrations", "management", "tests"} & set(file.parts)
        for mistake in _in_file(area, file, root)
    )


def _in_file(area: str, file: Path, root: Path) -> Iterator[Mistake]:
    source = file.read_text()
    tree = get_ast(source)
    wordless = _lines_of_annotations(source)
    for name in filter(OPERATORS.fullmatch, operator_names()):
        operator = get_operator(name)()
        places = ((node, place) for node in ast_nodes(tree) for place, _ in operator.mutation_positions(node))
        for occurrence, (node, (line, _column)) in enumerate(places):
            if line not in wordless and not _is_mark_of_signature(node):
                yield Mistake(area, str(file.relative_to(root)), line, name, occurrence)


def _is_mark_of_signature(node: Any) -> bool:
    """Whether it is the star after which arguments have names: it multiplies nothing, and cannot go wrong."""
    return node.type == "operator" and node.parent is not None and node.parent.type == "parameters"


def _lines_of_annotations(source: str) -> set[int]:
    """Lines that only name types: nothing runs there that could go wrong."""
    annotated = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.AnnAssign)]
    return {node.lineno for node in annotated if node.value is None}
