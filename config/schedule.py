"""What beat asks the workers for, and how often, in seconds."""

BEAT = {
    "engine, second net": {
        "task": "referral.tasks.run_engine_cycle",
        "schedule": 30,
        "options": {"queue": "bulk", "expires": 30},
    },
    "what is over, for the statistics": {
        "task": "referral.tasks.seal_what_is_settled",
        "schedule": 3600,
        "options": {"queue": "bulk", "expires": 3600},
    },
    "files that wait for their check, second net": {
        "task": "files.tasks.check_waiting",
        "schedule": 15,
        "options": {"queue": "files", "expires": 15},
    },
    "laboratory reports that wait for their reading, second net": {
        "task": "labs.tasks.read_waiting",
        "schedule": 15,
        "options": {"queue": "reading", "expires": 15},
    },
    "readings that nobody needs any more": {
        "task": "labs.tasks.purge",
        "schedule": 3600,
        "options": {"queue": "bulk", "expires": 3600},
    },
    "what no file needs any more": {
        "task": "files.tasks.sweep",
        "schedule": 3600,
        "options": {"queue": "bulk", "expires": 3600},
    },
    "unfinished forms that are too old": {
        "task": "portal.tasks.purge_drafts",
        "schedule": 3600,
        "options": {"queue": "bulk", "expires": 3600},
    },
    "stored answers that are too old": {
        "task": "api.tasks.purge_answers",
        "schedule": 3600,
        "options": {"queue": "bulk", "expires": 3600},
    },
    "sign-ins that are long over": {
        "task": "accounts.tasks.purge_sign_ins",
        "schedule": 3600,
        "options": {"queue": "bulk", "expires": 3600},
    },
    "results of laboratory systems, second net": {
        "task": "referral.tasks.read_results",
        "schedule": 15,
        "options": {"queue": "bulk", "expires": 15},
    },
    "what hospital systems sent, past its time": {
        "task": "integrations.tasks.purge",
        "schedule": 3600,
        "options": {"queue": "bulk", "expires": 3600},
    },
    "what programs subscribed to, second net": {
        "task": "fhir.tasks.send_notifications",
        "schedule": 10,
        "options": {"queue": "retry", "expires": 10},
    },
    "the coordinator's morning": {
        "task": "referral.tasks.send_morning_digests",
        "schedule": 300,
        "options": {"queue": "bulk", "expires": 300},
    },
    "gaps in the duty rota": {
        "task": "referral.tasks.look_for_gaps",
        "schedule": 3600,
        "options": {"queue": "bulk", "expires": 3600},
    },
}
