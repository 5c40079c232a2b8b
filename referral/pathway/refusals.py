"""What the pathway refuses, in words that say what to do. Faces turn these into answers."""

from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
PathwayCode = Literal[
    "arrived_already",
    "handed_over_already",
    "asked_back",
    "promised_already",
    "beds_changed",
    "files_away",
    "id_taken",
    "no_policy",
    "no_question",
    "not_diagnosed",
    "not_referred_back",
    "admission_stands",
    "nothing_disputed",
    "offer_not_open",
    "open_case_exists",
    "question_open",
    "return_confirmed",
    "stale_version",
    "too_many_requests",
    "too_many_tokens",
    "verb_not_allowed",
]
"""Every code of a PathwayError; `api.problem_codes` says what each means."""


class PathwayError(Exception):
    """A verb that cannot be done as things stand. `code` is stable; `extra` is safe to show."""

    def __init__(self, code: PathwayCode, message: Text, **extra: Any) -> None:
        super().__init__(code)
        self.code, self.message, self.extra = code, message, extra


class VerbNotAllowed(PathwayError):
    """The state of the case has no such verb; `extra["allowed_verbs"]` says which it has for this person.

    `first` says what has to be done before, where that is known.
    """

    def __init__(self, state_label: Text, allowed: list[str], first: Text = "") -> None:
        refusal = _("This cannot be done now: the case is “%(state)s”. Reload the case to see what can.") % {
            "state": state_label
        }
        super().__init__("verb_not_allowed", first or refusal, allowed_verbs=allowed)


class OfferNotOpen(PathwayError):
    def __init__(self) -> None:
        super().__init__(
            "offer_not_open",
            _(
                "This referral request is no longer open: it was answered, expired or passed on. "
                "Reload the case."
            ),
        )


class StaleVersion(PathwayError):
    """The caller decided on an older state of the case than the present one."""

    def __init__(self, version: int) -> None:
        super().__init__(
            "stale_version",
            _("The case has changed since you read it. Reload it and decide again."),
            version=version,
        )


class BedsChanged(PathwayError):
    """The figure of a ward's free beds is another than the one that the caller saw."""

    def __init__(self, free: int, version: int) -> None:
        super().__init__(
            "beds_changed",
            _("The number of free beds has changed meanwhile: it is %(free)s now. Look, and state it again.")
            % {"free": free},
            free=free,
            version=version,
        )


class TooOften(PathwayError):
    """A person asked more often than their work needs; `seconds` until they may again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "too_many_requests",
            _("Too many look-ups in a short time. Wait %(minutes)s min, or call the coordinator.")
            % {"minutes": -(-seconds // 60)},
        )
        self.seconds = seconds


class FilesAway(PathwayError):
    """Where files are kept cannot be reached, is full, or does not have what it should."""

    def __init__(self, message: Text) -> None:
        super().__init__("files_away", message)


class AccessError(Exception):
    """This person may see the case but not do this to it."""

    message = _("Your role does not allow this on this case.")


class InputError(Exception):
    """One or more inputs were refused: rows of (field, code, message)."""

    def __init__(self, *rows: tuple[str, str, Text]) -> None:
        super().__init__(", ".join(f"{field}: {code}" for field, code, _message in rows))
        self.rows = rows


class ConfirmationNeeded(InputError):
    """Values beyond a soft limit that a person has to confirm by naming the field in `confirmed`."""


class IdentityQuestion(InputError):
    """Whom a number, or name and birth date, may mean: a person has to say whether it is the same person.

    `question` names who was asked about, for the answer to refer to.
    """

    question = ""
