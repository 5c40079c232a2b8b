"""Drawn laboratory sheets of patients who do not exist: to try the reading with, and to measure it."""

from labs.drawing.layouts import LAYOUTS
from labs.drawing.sheets import DrawnSheet, draw_sheet

__all__ = ["LAYOUTS", "DrawnSheet", "draw_sheet"]
