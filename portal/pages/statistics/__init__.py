"""Figures, predictions, the kit, notifications and the export."""
