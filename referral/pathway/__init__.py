"""The core: the words of the pathway, the one table of what may happen, and `perform`, which does it.

Read `vocabulary` first, then `table` from top to bottom. A verb takes `inputs` and has an effect in
`effects`; `perform` locks the case, decides and settles.
"""

__all__ = [
    "case_roles",
    "change",
    "inputs",
    "perform",
    "refusals",
    "retracted_records",
    "settlement",
    "table",
    "timeline",
    "vocabulary",
]
