"""Rows of joined tables as objects."""

from typing import Any

from pytest_django import DjangoAssertNumQueries

from accounts.joined import Objects, columns, objects, question, rows
from accounts.models import Hospital, Ward
from tests.world import World

TABLES = (columns("ward", Ward, "hospital_id id name_zh"), columns("hospital", Hospital))
WITH_HOSPITALS = question(
    """
SELECT {columns}
FROM accounts_ward AS ward LEFT JOIN accounts_hospital AS hospital
    ON hospital.id = ward.hospital_id AND ward.id <> ALL(%(left_out)s::uuid[])
WHERE ward.id = ANY(%(wards)s) ORDER BY ward.name_zh
""",
    TABLES,
)


def with_hospitals(world: World, *left_out: Ward) -> list[tuple[Any, Any]]:
    wards = {"wards": [world.ward.pk, world.second_ward.pk], "left_out": [ward.pk for ward in left_out]}
    shared: Objects = {}
    pairs = []
    for row in rows(WITH_HOSPITALS, wards):
        ward, hospital = objects(row, TABLES, shared)
        pairs.append((ward, hospital))
    return pairs


def test_each_row_gives_an_object_of_each_table_and_what_rows_share_is_one(world: World) -> None:
    (ward, hospital), (other, same) = with_hospitals(world)
    assert {ward, other} == {world.ward, world.second_ward}
    assert {one.name_zh for one in (ward, other)} == {world.ward.name_zh, world.second_ward.name_zh}
    assert hospital is same
    assert (hospital.pk, hospital.zone) == (world.ward.hospital_id, world.ward.hospital.zone)


def test_where_a_table_has_no_row_there_is_no_object(world: World) -> None:
    places = {ward.pk: hospital for ward, hospital in with_hospitals(world, world.ward)}
    assert places[world.ward.pk] is None
    assert places[world.second_ward.pk] == world.ward.hospital


def test_what_was_not_asked_for_is_read_when_it_is_needed(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ward, _hospital = with_hospitals(world)[0]
    with django_assert_num_queries(1):
        assert ward.phone == world.ward.phone
