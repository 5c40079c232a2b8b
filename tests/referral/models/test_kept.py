"""What the database keeps and refuses, whatever the program does."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.encryption import blind_index
from referral.models import Assessment, Case, Deadline, Event, Message, Offer, PathwayPolicy, Patient
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.world import NOW, World


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_events_assessments_and_policies_are_never_changed_or_deleted(world: World) -> None:
    world.flagged()
    for model in (Event, Assessment, PathwayPolicy):
        assert model.objects.exists()
        refused(f"UPDATE {model._meta.db_table} SET id = id")
        refused(f"DELETE FROM {model._meta.db_table}")


def test_what_is_append_only_cannot_be_emptied_either(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%append_only'")
        kept = [name for (name,) in cursor.fetchall()]
    assert {"referral_event", "referral_assessment", "accounts_auditentry", "scoring_modelevent"} < set(kept)
    for table in kept:
        refused(f"TRUNCATE {table} CASCADE")
    refused("TRUNCATE referral_case CASCADE")


def test_a_case_never_has_two_open_offers(world: World) -> None:
    case = world.flagged()
    with pytest.raises(IntegrityError, match="case_has_one_open_offer"), transaction.atomic():
        Offer.objects.create(case=case, ward=world.second_ward, offered_at=NOW)


def test_a_deadline_of_a_kind_is_open_once_and_due_after_its_start(world: World) -> None:
    case = world.register()
    sound = {"case": case, "kind": "admit", "starts_at": NOW, "first_due_at": NOW, "next_at": NOW}
    Deadline.objects.create(**sound, due_at=NOW + timedelta(hours=1))
    with pytest.raises(IntegrityError, match="deadline_open_once"), transaction.atomic():
        Deadline.objects.create(**sound, due_at=NOW + timedelta(hours=1))
    with pytest.raises(IntegrityError, match="deadline_due_after_start"), transaction.atomic():
        Deadline.objects.create(**{**sound, "kind": "place"}, due_at=NOW)


def test_a_patient_never_has_two_acute_cases(world: World) -> None:
    case = world.register()
    case.pk, case.number = None, "other"
    case._state.adding = True
    identity = Patient.objects.create(sex="male", identity={}, name_index="x")
    with pytest.raises(IntegrityError, match="person_has_one_acute_case"), transaction.atomic():
        Case.objects.create(
            patient=identity,
            **{
                field.attname: getattr(case, field.attname)
                for field in Case._meta.fields
                if field.name not in ("id", "patient")
            },
        )


def test_no_personal_data_lies_readable_in_the_database(world: World) -> None:
    case = world.register(
        name="李秘密", national_id="110101197001021233", local_number="Z99-1", phone="13800001111"
    )
    perform(case, Verb.MESSAGE, actor=world.doctor, now=NOW, text="李秘密 血压下降")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT string_agg(t::text, '') FROM \"{table}\" AS t")
            content = cursor.fetchone()[0] or ""
            for secret in ("李秘密", "110101197001021233", "Z99-1", "13800001111", "1970-01-02"):
                assert secret not in content, table


def test_identity_is_read_back_and_found_by_its_hash(world: World) -> None:
    world.register(name="李秘密", national_id="110101197001021233")
    answer = Patient.objects.get(national_id_index=blind_index("national_id", "110101197001021233"))
    assert answer.name == "李秘密"
    assert answer.age_on(NOW.date()) == 56
    assert blind_index("national_id", "1") != blind_index("local_number", "1")


def test_messages_are_kept_encrypted_and_read_in_order(world: World) -> None:
    case = world.flagged()
    perform(case, Verb.MESSAGE, actor=world.doctor, now=NOW, text="first")
    perform(case, Verb.MESSAGE, actor=world.specialist, now=NOW, text="second")
    assert [message.text for message in Message.objects.filter(case=case)] == ["first", "second"]


def test_a_refused_verb_leaves_nothing_behind(world: World) -> None:
    case = world.flagged()
    before = (case.event_count, case.events.count(), world.specialist.notifications.count())
    with pytest.raises(TypeError):
        perform(case, Verb.DECLINE, actor=world.specialist, now=NOW)
    case.refresh_from_db()
    assert (case.event_count, case.events.count(), world.specialist.notifications.count()) == before
    assert case.state == "offered"
