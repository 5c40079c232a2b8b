"""One page for each verb of the pathway: its form and its texts."""
