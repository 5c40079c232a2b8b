"""Learning with made-up patients: the steps, and a request to answer."""
