"""A case is locked as a query set reads and locks it."""

from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Model

from referral.deadlines import lifecycle
from referral.models import Case
from referral.pathway.case_roles import open_offer
from referral.pathway.locking import lock
from tests.world import World


def everything(row: Model) -> dict[str, Any]:
    """The row's columns, and those of the rows that were read with it."""
    related = {
        name: other and everything(other) for name, other in row._state.fields_cache.items() if name != "case"
    }
    return {**related, **{name: value for name, value in vars(row).items() if name != "_state"}}


def test_a_locked_case_is_the_case_with_what_a_verb_reads_of_it(world: World) -> None:
    for case in (world.returned(), world.watched(name="测试乙")):
        read = Case.objects.select_related("policy", "hospital", "ward", "assessment", "expecting_ward")
        assert everything(lock(case)) == everything(lock(case.pk)) == everything(read.get(pk=case.pk))


def test_its_open_deadlines_and_offer_are_those_of_its_own(world: World) -> None:
    case, _other = world.flagged(), world.flagged(name="测试乙")
    asked = case.deadlines.open().select_related("offer")
    running = lifecycle.running(case)
    assert running and [*map(everything, running)] == [*map(everything, asked)]
    assert all(deadline.case is case for deadline in running)
    offer = open_offer(case)
    assert offer is not None and offer.case is case
    assert everything(offer) == everything(case.offers.select_related("ward__hospital").get())


def test_a_case_that_is_not_there_cannot_be_locked(world: World) -> None:
    with pytest.raises(Case.DoesNotExist):
        lock(uuid4())
