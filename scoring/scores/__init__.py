"""Published scores to read beside the risk model, one module each, in the units of their publications."""

from scoring.scores.comparators import SCORES, ScoreValue, comparator_gaps, comparators, organ_inputs

__all__ = ["SCORES", "ScoreValue", "comparator_gaps", "comparators", "organ_inputs"]
