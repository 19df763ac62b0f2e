"""What is raised where nothing has the name that an address gives."""


class NotFound(LookupError):
    """Nothing has the name or code; the message names it."""
