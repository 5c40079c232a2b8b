"""Who may open what of the administration: the administrators of a network, of theirs; superusers, of all.

Everybody else is led to its sign-in. Of another network's things an administrator is told what they are told
of things that do not exist.
"""

from collections import defaultdict

from tests.permissions.rows import Row, names

OBJECT = "<path:object_id>"
LIST, ADD, LINK = "", "add/", f"{OBJECT}/"
CHANGE, HISTORY, DELETE = f"{OBJECT}/change/", f"{OBJECT}/history/", f"{OBJECT}/delete/"


def of_staff(path: str, own: int, far: int, root: int, subject: str = "", **values: str) -> Row:
    """The statuses for the administrator of the first network, of the second one, and a superuser."""
    others = defaultdict(names)
    for status, who in ((own, "administrator"), (far, "far administrator"), (root, "superuser")):
        others[status] |= names(who)
    blind = names("far administrator") if subject and far != 403 else names()
    return Row(
        "GET",
        f"admin/{path}",
        names(),
        302,
        dict(others),
        outside=302,
        subject=subject,
        values=values,
        blind=blind,
    )


OF_A_NETWORK = {
    "accounts/hospital": ("hospital", 200, 200),
    "accounts/ward": ("ward", 200, 200),
    "accounts/network": ("network", 403, 200),
    "accounts/user": ("user", 200, 200),
    "referral/pathwaypolicy": ("policy", 200, 200),
    "integrations/integration": ("integration", 200, 200),
}
"""By model: what of `Scene.ids` is one, and what its page for adding is to an administrator and to root."""

OF_ROOT = {
    **dict.fromkeys(("scoring/modelevent", "scoring/shadowscore"), (403, 403)),
    "scoring/riskmodelversion": (200, 403),
}
"""Models that only superusers see: what adding one, and deleting one that does not exist, is to them."""

ROWS = (
    of_staff("", 200, 200, 200),
    of_staff("password_change/", 200, 200, 200),
    of_staff("password_change/done/", 200, 200, 200),
    of_staff("jsi18n/", 200, 200, 200),
    of_staff("accounts/user/<uuid:pk>/sessions/", 200, 404, 200, "user"),
    of_staff("integrations/integration/<uuid:pk>/conformance/", 200, 404, 200, "integration"),
    of_staff("autocomplete/", 403, 403, 403),
    of_staff("logout/", 405, 405, 405),
    of_staff(f"r/<path:content_type_id>/{OBJECT}/", 404, 404, 404, "case", content_type_id="1"),
    *(
        row
        for model in ("accounts/auditentry", "integrations/exchangedmessage")
        for row in (
            of_staff(f"{model}/", 200, 200, 200),
            of_staff(f"{model}/{ADD}", 403, 403, 403),
            of_staff(f"{model}/{DELETE}", 403, 403, 403, "case"),
            *(of_staff(f"{model}/{page}", 302, 302, 302, "case") for page in (CHANGE, HISTORY, LINK)),
        )
    ),
    *(
        row
        for model, (subject, add, root_adds) in OF_A_NETWORK.items()
        for row in (
            of_staff(f"{model}/{LIST}", 200, 200, 200),
            of_staff(f"{model}/{ADD}", add, add, root_adds),
            of_staff(f"{model}/{CHANGE}", 200, 302, 200, subject),
            of_staff(f"{model}/{HISTORY}", 200, 302, 200, subject),
            of_staff(f"{model}/{DELETE}", 403, 403, 403, subject),
            of_staff(f"{model}/{LINK}", 302, 302, 302, subject),
        )
    ),
    *(
        row
        for model, (root_adds, root_deletes) in OF_ROOT.items()
        for row in (
            of_staff(f"{model}/{LIST}", 403, 403, 200),
            of_staff(f"{model}/{ADD}", 403, 403, root_adds),
            of_staff(f"{model}/{CHANGE}", 403, 403, 302, "case"),
            of_staff(f"{model}/{HISTORY}", 302, 302, 302, "case"),
            of_staff(f"{model}/{DELETE}", 403, 403, root_deletes, "case"),
            of_staff(f"{model}/{LINK}", 302, 302, 302, "case"),
        )
    ),
    of_staff("scoring/riskmodelversion/<uuid:pk>/decide/", 403, 403, 404, "case"),
)
