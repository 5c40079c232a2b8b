"""A verb in an address: words with hyphens."""

from portal.pages.verbs.texts import TEXTS
from referral.pathway.vocabulary import Verb


def slug(verb: str) -> str:
    """A verb as it stands in an address."""
    return Verb(verb).value.replace("_", "-")


def of_slug(text: str) -> Verb:
    """The verb of an address. Raises ValueError for anything else."""
    verb = Verb(text.replace("-", "_"))
    if verb not in TEXTS or slug(verb) != text:
        raise ValueError(text)
    return verb
