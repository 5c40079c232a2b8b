"""How a message leaves the house: a module or folder for each channel, and the register that finds them."""

__all__ = ["base", "http", "names", "registry", "targets", "webpush"]
