"""Every published definition of ACLF, read from the values of one bedside table.

Pure functions with one convention: what is not known is left open. A definition answers only where every
possible value of what is missing gives the same answer; otherwise it names what is missing and the least that
it can be.
"""

from scoring.definitions.answers import Answer
from scoring.definitions.bedside import Bedside
from scoring.definitions.cards import CARDS, CERTAINTIES, NOT_READ, REASONS, DefinitionCard
from scoring.definitions.grading import Grading, grade_all

__all__ = [
    "CARDS",
    "CERTAINTIES",
    "NOT_READ",
    "REASONS",
    "Answer",
    "Bedside",
    "DefinitionCard",
    "Grading",
    "grade_all",
]
