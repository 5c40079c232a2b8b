"""The evidence library: published trials and therapies, loaded from files and searched by both faces."""

from referral.evidence.loading import BUNDLED, EvidenceFileError, load_bundled, load_file
from referral.evidence.searching import classes, search

__all__ = ["BUNDLED", "EvidenceFileError", "classes", "load_bundled", "load_file", "search", "terms"]
