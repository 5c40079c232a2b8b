"""Accounts that programs and screens act as: nobody signs in with them, and nobody alerts them."""

from uuid import UUID

from accounts.models import User

ADDRESS = "{}@programs.invalid"
"""The address of such an account; no mail server takes it (RFC 6761)."""


def new_program(*, of: UUID, name: str, language: str = User.Language.CHINESE) -> User:
    """An account, not saved yet, for what has the id `of`."""
    account = User(email=ADDRESS.format(of), name=name, language=language, is_program=True)
    account.set_unusable_password()
    return account
