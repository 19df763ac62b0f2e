"""Text in CSV that a spreadsheet program would run as a formula (OWASP CSV Injection, ASVS 5.0 1.2.10)."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

from geo.sql_csv import FORMULA_START, LINE_END

FORMULA_PATTERN = re.compile(FORMULA_START)
FORMULA_FIRST_CHARACTERS = frozenset("'=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def escape_formula(text: str) -> str:
    """Put an apostrophe before the text if it starts like a formula. Do not use it for numbers."""
    return f"'{text}" if text[:1] in FORMULA_FIRST_CHARACTERS and FORMULA_PATTERN.match(text) else text


def unescape_formula(text: str) -> str:
    """Remove the apostrophe that `escaped` added."""
    return text[1:] if text.startswith("'") and FORMULA_PATTERN.match(text) else text


def _escape_formula(value: Any) -> Any:  # noqa: ANN401 - what JSON can hold
    """Escape text that a spreadsheet would run as a formula; a negative number stays a number."""
    return escape_formula(value) if isinstance(value, str) else value


def encode_csv_rows(rows: Iterable[Iterable[Any]]) -> bytes:
    """Encode rows as lines of CSV in UTF-8. Text that begins like a formula gets an apostrophe in front."""
    text = io.StringIO()
    csv.writer(text, lineterminator=LINE_END).writerows(map(_escape_formula, row) for row in rows)
    return text.getvalue().encode()
