"""Why a file's cells cannot be read."""

from api.messages.message import MessageError


class UnreadableTable(MessageError):
    """The file is not what it should be; `row` is the row of what is no text, as a spreadsheet shows it."""

    def __init__(self, key: str, /, *, at_row: int | None = None, **values: str | int) -> None:
        self.row = at_row
        super().__init__(key, **values)


class TooLarge(MessageError):
    """The file holds more than its reader is bound to take; the message says of what, and how much is allowed."""
