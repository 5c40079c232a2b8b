"""West Haven grades as the scores count them."""


def points(west_haven_grade: int) -> int:
    """1 for grade 0, 2 for I-II, 3 for III-IV."""
    return (1, 2, 2, 3, 3)[west_haven_grade]
