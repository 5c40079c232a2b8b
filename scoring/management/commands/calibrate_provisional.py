"""Solves the provisional model's two calibrated constants anew, the record of how they were found."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from scoring.calibration import COHORT_SIZE, HAZARD_RATIO_OF_MEANS, MEAN_RISK, SEED, calibrate
from scoring.evaluation import DEFAULT_THRESHOLD
from scoring.modelfile import default_model


class Command(BaseCommand):
    help = "Solve h and the cirrhosis coefficient of aclf8-provisional on its simulated cohort."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument("--size", type=int, default=COHORT_SIZE)

    def handle(self, *args: Any, **options: Any) -> None:
        model = default_model()
        solved = calibrate(model, size=options["size"], seed=options["seed"])
        frozen = next(term for term in model.terms if term.input == "cirrhosis").coefficients[0]
        self.stdout.write(
            f"Simulated patients          {options['size']:,} (seed {options['seed']})\n"
            f"Target mean 90-day risk     {MEAN_RISK:.4f}   reached {solved.mean_risk:.4f}\n"
            f"Target log-survival ratio   {HAZARD_RATIO_OF_MEANS:.4f}   from "
            f"{solved.mean_risk_cirrhosis:.4f} with, {solved.mean_risk_no_cirrhosis:.4f} without cirrhosis\n"
            f"Solved h                    {solved.log_baseline_hazard:+.4f}  in the file "
            f"{model.horizons[0].log_cumulative_hazard:+.4f}\n"
            f"Solved cirrhosis            {solved.cirrhosis_coefficient:+.4f}  in the file {frozen:+.4f}\n"
            f"Share at or above {DEFAULT_THRESHOLD:.0%}       {solved.flagged_share:.3f}"
        )
