"""Text of cell values that calamine reads."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from python_calamine import CalamineError

from api.spreadsheets.calamine_package import open_parts
from api.spreadsheets.number_text import normalize_number
from api.spreadsheets.serial_days import DAY_SECONDS, format_serial_day
from api.spreadsheets.xlsx_package import build_damage_error

Cell = float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
NumberedValues = tuple[int, dict[int, str]]
PANIC = "PanicException"  # of Rust, which PyO3 derives from BaseException and exports nowhere
MIDNIGHT = dt.time()
MAX_CACHED_TEXTS = 10_000  # days and numbers: a sheet repeats a few of them


def read_values(
    sheet: bytes, strings: bytes | None, styles: bytes | None, *, since_1904: bool
) -> Iterator[NumberedValues]:
    """Yield the number of each row that is not empty, with the texts of its cells by column.

    Check the XML of the three parts first: calamine reads it in a package of its own, in which it cannot find a part
    that was not checked. Raises UnreadableTable.
    """
    with _convert_errors():
        found = open_parts(sheet, strings, styles, since_1904=since_1904)
        exact: list[list[Cell]] = []
        first = found.start[1] + 1 if found.start else 1
        for row, cells in enumerate(found.iter_rows()):
            values = {}
            for column, cell in enumerate(cells, start=first):
                if type(cell) is not str and _is_rounded(cell):
                    exact = exact or list(open_parts(sheet, strings, None, since_1904=since_1904).iter_rows())
                    cell = _format_exact_day(exact[row][column - first], since_1904=since_1904)  # noqa: PLW2901
                if text := cell.strip() if type(cell) is str else _format_cell(cell):
                    values[column] = text
            if values:
                yield row + 1, values


def _is_rounded(cell: Cell) -> bool:
    """Return whether calamine may have rounded the moment to midnight: it rounds to milliseconds."""
    return type(cell) is dt.datetime and cell.time() == MIDNIGHT


def _format_exact_day(serial: Cell, *, since_1904: bool) -> str:
    """Format the day from the cell's number, which calamine returns when it has no styles."""
    return format_serial_day(serial, since_1904=since_1904) if isinstance(serial, float) else str(serial)


@contextmanager
def _convert_errors() -> Iterator[None]:
    """Convert errors of calamine, panics included, to UnreadableTable."""
    try:
        yield
    except CalamineError as error:
        raise build_damage_error(error) from error
    except BaseException as error:
        if type(error).__name__ != PANIC:
            raise
        raise build_damage_error(error) from error


def _format_cell(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return _format_cell_number(cell)


@lru_cache(MAX_CACHED_TEXTS)
def _format_cell_number(cell: Cell) -> str:
    if isinstance(cell, dt.timedelta):
        return normalize_number(repr(cell.total_seconds() / DAY_SECONDS))
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    try:
        return normalize_number(repr(cell))
    except ValueError:
        return repr(cell)
