"""What a person chooses for themselves."""

from accounts.models import User


def choose_language(*, user: User, language: str) -> User:
    """Speak `language` to the user from now on, on screens and in alerts. Raises ValueError if unknown."""
    user.language = User.Language(language)
    user.save(update_fields=["language"])
    return user
