"""Everything that is encrypted, written anew under the newest key, so that an older one can go."""

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Cast

from accounts.encryption import EncryptedField, decrypt_text, encrypt_text, newest_prefix

BATCH = 500
ALLOW = "SET LOCAL accounts.reencryption = 'on'"
"""Append-only tables take a change of their encrypted columns, and of nothing else, in a transaction that
says this."""


def reencrypt() -> Iterator[tuple[str, int]]:
    """Table by table, how many rows were not under the newest key and are now. Can be stopped and started
    again at any time; each batch is a transaction of its own."""
    for model in apps.get_models():
        if names := encrypted_columns(model):
            yield model._meta.db_table, _rows_of(model, names)
    yield Authenticator._meta.db_table, _second_factors()


def encrypted_columns(model: type[models.Model]) -> list[str]:
    """The names of the encrypted fields of `model`, which are also those of their columns."""
    return [field.name for field in model._meta.concrete_fields if isinstance(field, EncryptedField)]


def _rows_of(model: type[models.Model], names: list[str]) -> int:
    changed, last = 0, None
    while batch := _batch(model, names, last):
        changed += len(batch)
        last = batch[-1].pk
    return changed


@transaction.atomic
def _batch(model: type[models.Model], names: list[str], last: Any) -> list[models.Model]:
    stale = Q()
    for name in names:
        stale |= Q(**{f"{name}__isnull": False}) & ~Q(**{f"stored_{name}__startswith": newest_prefix()})
    stored = {f"stored_{name}": Cast(F(name), models.TextField()) for name in names}
    rows = model._base_manager.annotate(**stored).filter(stale).order_by("pk").select_for_update()
    if last is not None:
        rows = rows.filter(pk__gt=last)
    batch = list(rows.only("pk", *names)[:BATCH])
    if batch:
        with connection.cursor() as cursor:
            cursor.execute(ALLOW)
        model._base_manager.bulk_update(batch, names)
    return batch


def _second_factors() -> int:
    """The secrets of code apps and recovery codes, which lie in JSON; security keys have none."""
    changed = 0
    for pk in Authenticator.objects.values_list("pk", flat=True):
        with transaction.atomic():
            factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
            anew = {} if factor is None else _anew(factor.data)
            if factor is not None and anew:
                factor.data |= anew
                factor.save(update_fields=["data"])
                changed += 1
    return changed


def _anew(kept: dict[str, Any]) -> dict[str, Any]:
    """Those secrets of a second factor that are not under the newest key, under it."""
    single = {name: kept[name] for name in ("secret", "seed") if name in kept}
    anew: dict[str, Any] = {name: _sealed_anew(text) for name, text in single.items() if _is_stale(text)}
    codes = kept.get("migrated_codes", [])
    if any(map(_is_stale, codes)):
        anew["migrated_codes"] = list(map(_sealed_anew, codes))
    return anew


def _is_stale(stored: str) -> bool:
    return not stored.startswith(newest_prefix())


def _sealed_anew(stored: str) -> str:
    return encrypt_text(decrypt_text(stored))
