"""The coordinator's morning: the night, what waits for whom, what will be missed, outcomes to ask for."""
