"""A simulated month of a network, with and without true beds and proof; `python -m bench.month` runs it."""
