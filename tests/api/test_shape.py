"""Shapes: copies of the fields that stand in a class, each bound to the answer that it belongs to."""

from typing import Any

import pytest
from rest_framework import serializers

from api.shape import Shape

ROW = {"code": "a", "words": ["一", "二"]}
CASE = {"one": ROW, "several": [ROW, ROW]}


class Counted(serializers.CharField):
    made = 0

    def __init__(self, **options: Any) -> None:
        Counted.made += 1
        super().__init__(**options)


class RowShape(Shape[Any]):
    code = Counted()
    words = serializers.ListField(child=Counted())
    reader = serializers.SerializerMethodField()

    def get_reader(self, row: Any) -> str:
        return str(self.context["reader"])


class CaseShape(Shape[Any]):
    one = RowShape()
    several = RowShape(many=True)


def shown_to(reader: str) -> Any:
    return CaseShape(CASE, context={"reader": reader})


def test_answers_beside_each_other_are_each_for_their_own_reader() -> None:
    first, second = shown_to("甲"), shown_to("乙")
    assert (first.fields.keys(), second.fields.keys()) == ({"one", "several"}, {"one", "several"})
    for answer, reader in ((first, "甲"), (second, "乙")):
        row = {**ROW, "reader": reader}
        assert answer.data == {"one": row, "several": [row, row]}


def test_the_fields_of_the_class_belong_to_no_answer() -> None:
    assert shown_to("甲").data
    declared = CaseShape._declared_fields | RowShape._declared_fields
    assert {name: field.parent for name, field in declared.items()} == dict.fromkeys(declared)
    assert declared["words"].child.parent is declared["words"]


def test_what_one_answer_leaves_out_stands_in_the_next() -> None:
    narrow = shown_to("甲")
    del narrow.fields["several"]
    assert narrow.data.keys() == {"one"}
    assert shown_to("甲").data.keys() == {"one", "several"}


def test_showing_makes_no_field_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counted, "made", 0)
    assert shown_to("甲").data["several"]
    assert Counted.made == 0


def test_what_is_read_through_a_shape_is_checked_as_it_says() -> None:
    class ReadShape(Shape[Any]):
        several = serializers.ListField(child=serializers.IntegerField(max_value=3), max_length=2)

    assert ReadShape(data={"several": ["1", 3]}).is_valid()
    assert ReadShape(data={"several": [1, 4]}).is_valid() is False
