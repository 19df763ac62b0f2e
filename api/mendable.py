"""Errors that the user of the command can resolve."""


class UserError(Exception):
    """Error with one line that names the cause and the remedy; the command ends with the line and exit status 1."""
