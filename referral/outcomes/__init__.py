"""What became of the patient: statements of both sides, what is agreed, what contradicts the record."""

__all__ = ["resolve"]
