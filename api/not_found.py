"""Exception for addresses that name nothing."""


class NotFound(LookupError):
    """Name or code without a resource; the message contains it."""
