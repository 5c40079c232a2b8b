"""Reading reports for a person who waits: asked for, read by a worker of its own, given back as proposals.

Others use `requests.read_pasted`, `requests.ask_for`, `requests.reading_of`, and `sources.source_of`.
"""
