"""What every verb reads is fixed when the product starts, and nothing is lost by a misspelt name."""

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from referral.pathway.change import Change
from referral.pathway.inputs.background import BACKGROUND
from referral.pathway.settlement import Settlement
from referral.pathway.table import TABLE, verbs_in
from referral.pathway.timeline import Line
from referral.pathway.vocabulary import State


@pytest.mark.parametrize(("row", "name"), [(TABLE[0], "targets"), (BACKGROUND[0], "required")])
def test_neither_a_row_of_the_table_nor_an_input_can_be_changed_while_cases_go_by_it(
    row: Any, name: str
) -> None:
    assert verbs_in(State.REGISTERED) and not hasattr(row, "__dict__")
    with pytest.raises(FrozenInstanceError):
        setattr(row, name, None)


@pytest.mark.parametrize("kind", [Change, Settlement, Line])
def test_what_an_effect_writes_under_a_misspelt_name_is_an_error(kind: type) -> None:
    with pytest.raises(AttributeError):
        object.__new__(kind).ocurred_at = None  # type: ignore[attr-defined]
