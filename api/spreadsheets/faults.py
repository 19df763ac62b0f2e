"""Why a file's cells cannot be read."""


class UnreadableTable(ValueError):
    """The file is not what it should be; `code` is for programs, the message for people.

    `row` is the row of what is no text, as a spreadsheet shows it.
    """

    def __init__(self, code: str, message: str, *, row: int | None = None) -> None:
        self.code = code
        self.row = row
        super().__init__(message)


class TableTooLarge(ValueError):
    """The file holds more than its reader is bound to take; the message says of what, and how much is allowed."""
