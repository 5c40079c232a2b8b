"""Integrated MELD. Luca A, Liver Transpl 2007;13:1174-1180, doi 10.1002/lt.21197."""

from scoring.measured import measured


@measured
def imeld(*, meld: float, age_years: float, sodium_mmol_l: float) -> float:
    """MELD + 0.3 age - 0.7 Na + 100, unrounded, of the rounded MELD (formula from general knowledge)."""
    return meld + 0.3 * age_years - 0.7 * sodium_mmol_l + 100
