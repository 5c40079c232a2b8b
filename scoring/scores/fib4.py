"""FIB-4 index of fibrosis. Sterling RK, Hepatology 2006;43:1317-1325, doi 10.1002/hep.21178."""

import math

from scoring.measured import measured


@measured
def fib_4(*, age_years: float, ast_u_l: float, alt_u_l: float, platelets_10e9_l: float) -> float:
    """age x AST / (platelets x sqrt ALT), unrounded; U/L, 10^9/L. ZeroDivisionError without platelets."""
    return age_years * ast_u_l / (platelets_10e9_l * math.sqrt(alt_u_l))
