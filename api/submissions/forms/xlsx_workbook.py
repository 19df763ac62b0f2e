"""Workbooks that people fill in: cells keep the text exactly as typed."""

import datetime as dt
import io

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from api.formats.xml_text import clean_xml_text

# Maximum length of a cell's text. xlsxwriter leaves a cell with longer text empty.
MAX_CHARACTERS = 32_767
NUMBER_FORMATS = {"day": "yyyy-mm-dd", "count": "0"}
TEXT_FORMAT = "@"
HEADER = {"bold": True, "bg_color": "#DDE7F0", "text_wrap": True, "valign": "top", "num_format": TEXT_FORMAT}


class FormWorkbook:
    """A workbook in memory; `content` closes it. Columns and rows count from 1."""

    def __init__(self) -> None:
        self._file = io.BytesIO()
        self._book = Workbook(self._file, {"in_memory": True})
        self.header = self._book.add_format(HEADER)
        self.text = self._book.add_format({"num_format": TEXT_FORMAT})
        kinds = NUMBER_FORMATS.items()
        self.kinds = {kind: self._book.add_format({"num_format": number_format}) for kind, number_format in kinds}

    def add_sheet(self, title: str) -> "FormSheet":
        return FormSheet(self, self._book.add_worksheet(title))

    def close(self) -> bytes:
        self._book.close()
        return self._file.getvalue()


class FormSheet:
    """A sheet of the workbook; `sheet` is the library's object, with columns and rows from 0."""

    def __init__(self, book: FormWorkbook, sheet: Worksheet) -> None:
        self.book = book
        self.sheet = sheet

    def put_header(self, column: int, text: str, width: float, kind: str) -> None:
        """Write the header of a column and set the cell format of its `kind`."""
        self.sheet.set_column(column - 1, column - 1, width, self.book.kinds.get(kind, self.book.text))
        self.sheet.write_string(0, column - 1, _fit_text(text), self.book.header)

    def put_text(self, row: int, column: int, text: str) -> None:
        """Write text as text: codes like 00123 or NA stay unchanged, and a name that begins with = is not a formula."""
        self.sheet.write_string(row - 1, column - 1, _fit_text(text), self.book.text)

    def put_day(self, row: int, column: int, day: dt.date) -> None:
        self.sheet.write_datetime(row - 1, column - 1, day, self.book.kinds["day"])

    def put_note(self, row: int, column: int, text: str) -> None:
        self.sheet.write_comment(row - 1, column - 1, _fit_text(text), {"author": "Crossings"})


def _fit_text(text: str) -> str:
    return clean_xml_text(text)[:MAX_CHARACTERS]
