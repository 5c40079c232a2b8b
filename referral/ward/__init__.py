"""What the specialist ward records on a case: the record, its codes, the checklist, the precipitants."""

__all__ = ["checklist", "codes", "leading", "organ_table", "precipitants", "record"]
