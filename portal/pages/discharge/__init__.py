"""The way back: trends, and the letter that goes with the patient."""
