import json
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from accounts import reencryption
from accounts.encryption import Unreadable, blind_index, decrypt, encrypt, newest_prefix
from accounts.models import User
from accounts.reencryption import ALLOW, encrypted_columns
from referral.models import Event, Message, Patient
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.world import NOW, World

VALUES = ["", "李秘密", {"name": "王", "birth": None}, ["a", 1.5, True], None, 0]


def new_key() -> str:
    return Fernet.generate_key().decode()


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_read_back_and_never_written_the_same_way_twice(value: object) -> None:
    assert decrypt(encrypt(value)) == value
    assert encrypt(value) != encrypt(value)


def test_the_envelope_names_its_version_and_its_key(settings: Settings) -> None:
    settings.IDENTITY_KEYS = [new_key()]
    first = encrypt("x").split(".")
    assert first[0] == "1"
    assert encrypt("y").split(".")[:2] == first[:2]
    settings.IDENTITY_KEYS = [new_key()]
    assert encrypt("x").split(".")[1] != first[1]


def test_a_value_under_an_older_key_is_read_as_long_as_the_key_is_there(settings: Settings) -> None:
    old, new = new_key(), new_key()
    settings.IDENTITY_KEYS = [old]
    stored = encrypt("李秘密")
    settings.IDENTITY_KEYS = [new, old]
    assert decrypt(stored) == "李秘密"
    assert not stored.startswith(newest_prefix())
    settings.IDENTITY_KEYS = [new]
    with pytest.raises(Unreadable, match=stored.split(".")[1]):
        decrypt(stored)


def test_a_fernet_token_of_earlier_days_is_still_read(settings: Settings) -> None:
    old, new = new_key(), new_key()
    token = Fernet(old).encrypt(json.dumps({"name": "李秘密"}).encode()).decode()
    settings.IDENTITY_KEYS = [new, old]
    assert decrypt(token) == {"name": "李秘密"}
    settings.IDENTITY_KEYS = [new]
    with pytest.raises(Unreadable):
        decrypt(token)


def test_whatever_is_changed_in_an_envelope_makes_it_unreadable(settings: Settings) -> None:
    settings.IDENTITY_KEYS = [new_key(), new_key()]
    stored = encrypt("李秘密")
    version, key_id, payload = stored.split(".")
    middle = len(payload) // 2
    changed = payload[:middle] + ("A" if payload[middle] != "A" else "B") + payload[middle + 1 :]
    wrong = [f"{version}.{key_id}.{changed}", f"2.{key_id}.{payload}", f"{version}.000000000000.{payload}"]
    for one in [*wrong, f"{version}.{key_id}.", f"{version}.{key_id}.%", f"{version}.", "", "nonsense"]:
        with pytest.raises(Unreadable):
            decrypt(one)


def rotate(settings: Settings) -> str:
    """What the command says after a new key was put in front and before the older ones are taken away."""
    newest = new_key()
    settings.IDENTITY_KEYS = [newest, *settings.IDENTITY_KEYS]
    output = StringIO()
    call_command("reencrypt", stdout=output)
    settings.IDENTITY_KEYS = [newest]
    return output.getvalue()


def test_after_reencryption_everything_is_read_with_the_newest_key_alone(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reencryption, "BATCH", 2)
    cases = [world.register(name=f"李秘密{number}", local_number=f"Z99-{number}") for number in range(5)]
    for text in ("血压下降", "second"):
        perform(cases[0], Verb.MESSAGE, actor=world.doctor, now=NOW + timedelta(minutes=1), text=text)
    names = sorted(patient.name for patient in Patient.objects.all())
    assert "referral_patient: 5\n" in rotate(settings)
    assert sorted(patient.name for patient in Patient.objects.all()) == names
    assert {message.text for message in Message.objects.all()} == {"血压下降", "second"}
    index = blind_index("local_number", str(world.hospital.pk), "Z99-3")
    assert Patient.objects.get(local_number_index=index).name == "李秘密3"
    assert all(event.personal is None or event.personal for event in Event.objects.all())


def test_a_second_reencryption_finds_nothing_to_do(world: World, settings: Settings) -> None:
    world.register()
    rotate(settings)
    again = StringIO()
    call_command("reencrypt", stdout=again)
    counts = [line.split(": ")[1] for line in again.getvalue().splitlines()[:-1]]
    assert set(counts) == {"0"}


def test_the_secrets_of_second_factors_are_encrypted_anew_too(db: None, settings: Settings) -> None:
    user = User.objects.create_user("doctor@hospital.example", "the right pass phrase")
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(user).get_unused_codes()
    assert "mfa_authenticator: 2\n" in rotate(settings)
    factors = {factor.type: factor for factor in Authenticator.objects.filter(user=user)}
    assert RecoveryCodes(factors[Authenticator.Type.RECOVERY_CODES]).get_unused_codes() == codes
    assert all(newest_prefix() in str(factor.data) for factor in factors.values())


def test_append_only_rows_take_another_key_and_nothing_else(world: World) -> None:
    case = world.register()
    event = Event.objects.filter(case=case).latest("number")
    with connection.cursor() as cursor:
        for statement in ("SET number = number + 1", "SET note = 'x', number = 9", "SET state_after = 'x'"):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(ALLOW)
                cursor.execute(f"UPDATE referral_event {statement} WHERE id = %s", [event.pk])
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("UPDATE referral_event SET note = 'x'")
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(ALLOW)
            cursor.execute("DELETE FROM referral_event")
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(ALLOW)
            cursor.execute("UPDATE referral_pathwaypolicy SET id = id")


def test_every_append_only_table_names_exactly_its_encrypted_columns(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, encode(tgargs, 'escape') FROM pg_trigger "
            "WHERE tgfoid = 'refuse_change'::regproc AND tgtype & 16 <> 0"
        )
        named = {table: set(args.split("\\000")) - {""} for table, args in cursor.fetchall()}
    tables = {model._meta.db_table: set(encrypted_columns(model)) for model in apps.get_models()}
    assert len(named) > 10
    assert named == {table: tables[table] for table in named}
