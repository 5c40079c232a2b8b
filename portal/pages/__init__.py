"""The pages of the portal: each with its views, its context and its texts together."""
