"""Results of a laboratory that belong to no case yet: assigned by a person, or set aside."""
