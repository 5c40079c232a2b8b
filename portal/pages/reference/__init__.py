"""Help, the evidence library, the calculator and the models behind a risk."""
