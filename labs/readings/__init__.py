"""Reading reports for a person who waits: asked for, read by a worker of its own, given back as proposals.

`requests` asks for one and looks what came of it; `sources` says of a typed value which reading it is from.
"""

__all__ = ["requests", "sources"]
