"""How many small mistakes in the code the tests notice: `make mutants`, explained in docs/testing.md."""
