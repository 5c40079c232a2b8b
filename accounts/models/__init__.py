from accounts.models.audit import AuditEntry
from accounts.models.clock import ClockOffset
from accounts.models.duty import DutyOverride, DutyShift, HandoverNote
from accounts.models.organisations import Catchment, Hospital, Network, Ward
from accounts.models.people import Membership, Role, User

__all__ = [
    "AuditEntry",
    "Catchment",
    "ClockOffset",
    "DutyOverride",
    "DutyShift",
    "HandoverNote",
    "Hospital",
    "Membership",
    "Network",
    "Role",
    "User",
    "Ward",
]
