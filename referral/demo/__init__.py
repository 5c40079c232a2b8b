"""A synthetic network for the demo and the tests: places, people, patients, their stories. No real data."""

from referral.demo.people import ACCOUNTS, PASSWORD, Account
from referral.demo.seeding import DemoRefused, Seeded, refuse_outside_demo, seed

__all__ = ["ACCOUNTS", "PASSWORD", "Account", "DemoRefused", "Seeded", "refuse_outside_demo", "seed"]
