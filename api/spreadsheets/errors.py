"""Errors of reading a file's cells."""

from api.messages.message import MessageError


class UnreadableTable(MessageError):
    """Error of a file that cannot be read as a table; `row` is the row with bytes that are not text."""

    def __init__(self, key: str, /, *, at_row: int | None = None, **values: str | int) -> None:
        self.row = at_row
        super().__init__(key, **values)


class TooLarge(MessageError):
    """Error of a file beyond a limit of its reader; the message names the limit."""
