"""Who is told what of a case, in which words, and whether they still may be told when it is sent."""

__all__ = ["alarm", "compose", "morning", "rota_gaps", "templates"]
