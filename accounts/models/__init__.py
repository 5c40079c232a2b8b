"""The rows of people, places and roles, of duty and sign-in, and of the trail of who did what."""

from accounts.models.access import AccessToken, KnownDevice, Session, SignIn, TryCount
from accounts.models.audit import AuditEntry
from accounts.models.clock import ClockOffset
from accounts.models.duty import DutyOverride, DutyShift, HandoverNote
from accounts.models.organisations import Catchment, Hospital, Network, Ward
from accounts.models.people import Membership, Role, User

__all__ = [
    "AccessToken",
    "AuditEntry",
    "Catchment",
    "ClockOffset",
    "DutyOverride",
    "DutyShift",
    "HandoverNote",
    "Hospital",
    "KnownDevice",
    "Membership",
    "Network",
    "Role",
    "Session",
    "SignIn",
    "TryCount",
    "User",
    "Ward",
]
