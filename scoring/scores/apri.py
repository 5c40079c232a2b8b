"""AST to platelet ratio index. Wai CT, Hepatology 2003;38:518-526, doi 10.1053/jhep.2003.50346."""

from scoring.measured import measured


@measured
def apri(*, ast_u_l: float, ast_upper_limit_u_l: float, platelets_10e9_l: float) -> float:
    """AST / upper limit x 100 / platelets (10^9/L), unrounded. ZeroDivisionError without platelets."""
    return ast_u_l / ast_upper_limit_u_l * 100 / platelets_10e9_l
