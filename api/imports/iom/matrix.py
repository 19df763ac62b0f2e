"""Loader for IOM's matrix of air travel restrictions: what each country imposes on travellers from each other, on a
day.

The file is JavaScript, `var RestrictionMatrix = {"ARRIVAL_ISO3": [...], "AFG": [...], ...};`: the order of the columns,
then a row of cells for each imposing country. A cell is `level-code,code,...`, such as `2-1,20`.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api.imports.errors import RowError, UnreadableFile
from api.imports.importer import ImportContext, Loader
from api.parameters.country_hints import describe_unknown_country
from api.values.days import parse_record_day
from models.codes import get_code_list, list_codes
from models.recording.bitemporal_tables import COUNTRY_MEASURES
from models.recording.bitemporal_update import record_updates
from models.recording.restrictions import format_day_range
from models.tables.imported_file import select_next_file_day

KIND = "iom-matrix"
COLUMN_ORDER = "ARRIVAL_ISO3"
# IOM's own number of each level; the numbers are names, not an order.
LEVELS = {item.external["IOM matrix"]: item.code for item in get_code_list("air_travel").items}
NO_MEASURE_CODES = {"0", "99"}
DECLARATION = re.compile(r"\A\ufeff?\s*(?:(?:var|let|const)\s+)?RestrictionMatrix\s*=")
DAY_IN_NAME = re.compile(r"\d{4}-\d\d-\d\d")
Matrix = Mapping[str, list[Any]]


def parse_matrix_day(path: Path, day: dt.date | None) -> dt.date:
    """Return `day`, by default the day in the file's name, or raise UnreadableFile."""
    if day is not None:
        return day
    try:
        return parse_record_day("".join(DAY_IN_NAME.findall(path.name)))
    except ValueError:
        raise UnreadableFile(f"no day in the file name {path.name} (as in heatmap_2021-02-01.js); use --date") from None


def build_matrix_loader(day: dt.date) -> Loader:
    """Build the loader for the matrix of `day`. The matrix is valid until the day of the next loaded matrix."""

    async def load(intake: ImportContext) -> None:
        matrix, countries = _read_matrix(intake.path), await intake.fetch_countries()
        source_id = (await intake.fetch_source_ids())[KIND]
        days = format_day_range(day, await intake.connection.scalar(select_next_file_day(KIND, day)))
        shared = {"source_id": source_id, "valid_during": days}
        intake.loaded.row_errors += _check_countries(matrix, countries)
        cells = [_Cell(*place) for place in _iterate_cells(matrix, countries)]
        intake.loaded.row_count = len(cells)
        intake.loaded.row_errors += [complaint for cell in cells for complaint in cell.row_errors]
        news = [cell.measure() | shared for cell in cells if not cell.row_errors]
        intake.count(await record_updates(intake.connection, COUNTRY_MEASURES, news, intake.recorded_at))

    return load


class _Cell:
    """Restrictions that one country imposes on another. `row` counts as in a spreadsheet; row 1 names the columns."""

    def __init__(self, row: int, imposing: str, origin: str, text: Any) -> None:  # noqa: ANN401 - anything JSON can carry
        self.row, self.imposing, self.origin, self.text = row, imposing, origin, text
        self.row_errors: list[RowError] = []
        number, _, rest = str(text).partition("-")
        self.level = LEVELS.get(number.strip(), "")
        self.measure_codes = sorted({code.strip() for code in rest.split(",")} - {""}, key=lambda code: code.zfill(9))
        if self.level:
            self._check_codes()
        else:
            self._add_error(f"has no level; it begins with one of {', '.join(LEVELS)} and a hyphen, as in '2-1,20'")

    def measure(self) -> dict[str, Any]:
        """Return the row of the table without its days and its source."""
        return {
            "imposing_iso3": self.imposing,
            "origin_iso3": self.origin,
            "indicator": "air_travel",
            "level": self.level,
            "measure_codes": self.measure_codes,
            "geographic_scope": None,
            "source_reference": None,
            "comment": None,
        }

    def _check_codes(self) -> None:
        if unknown := set(self.measure_codes) - set(list_codes("air_travel_measure")):
            self._add_error(f"has the unknown code {', '.join(sorted(unknown))}")
        elif self.level in ("partial", "total"):
            self._check_restriction_codes()
        else:
            self._check_unrestricted_codes()

    def _check_restriction_codes(self) -> None:
        if denied := NO_MEASURE_CODES & set(self.measure_codes):
            self._add_error(
                f"has a {self.level} restriction with code {', '.join(sorted(denied))}, which means no restriction"
            )
        elif self.level == "total" and not self.measure_codes:
            self._add_error("has a total restriction without a measure code")

    def _check_unrestricted_codes(self) -> None:
        self.measure_codes = [code for code in self.measure_codes if code not in NO_MEASURE_CODES]
        if self.measure_codes:
            self._add_error(f"has no restriction, but the measure code {', '.join(self.measure_codes)}")

    def _add_error(self, reason: str) -> None:
        self.row_errors.append(RowError(self.row, f"{self.imposing} on {self.origin}", str(self.text), reason))


def _read_matrix(path: Path) -> Matrix:
    """Read the rows by imposing country, and the order of the columns, or raise UnreadableFile."""
    try:
        text = path.read_text(encoding="utf-8")
        matrix = json.loads(DECLARATION.sub("", text).strip().removesuffix(";"), object_pairs_hook=_check_duplicates)
    except ValueError as error:
        raise UnreadableFile(f"{path.name} is not a restriction matrix: {error}") from error
    if not isinstance(matrix, dict) or not all(isinstance(cells, list) for cells in matrix.values()):
        raise UnreadableFile(f"{path.name} is not a restriction matrix: it should hold an array for each country")
    _check_shape(matrix, path)
    return matrix


def _check_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)} is repeated")
    return members


def _check_shape(matrix: Matrix, path: Path) -> None:
    origins = matrix.get(COLUMN_ORDER, [])
    if not origins or not all(isinstance(origin, str) for origin in origins):
        raise UnreadableFile(f"{path.name} is not a restriction matrix: {COLUMN_ORDER} should name its columns")
    twice = sorted({origin for origin in origins if origins.count(origin) > 1})
    if twice:
        raise UnreadableFile(f"{path.name} has the column {twice[0]} twice")


def _iterate_rows(matrix: Matrix) -> Iterator[tuple[int, str, list[Any]]]:
    imposing = (item for item in matrix.items() if item[0] != COLUMN_ORDER)
    for row, (iso3, cells) in enumerate(imposing, start=2):
        yield row, iso3, cells


def _iterate_cells(matrix: Matrix, countries: frozenset[str]) -> Iterator[tuple[int, str, str, Any]]:
    """Iterate over row, imposing country, origin and text of cells between two valid countries, in complete rows."""
    origins = matrix[COLUMN_ORDER]
    for row, imposing, cells in _iterate_rows(matrix):
        if imposing not in countries or len(cells) != len(origins):
            continue
        for origin, cell in zip(origins, cells, strict=True):
            if origin in countries and origin != imposing:
                yield row, imposing, origin, cell


def _check_countries(matrix: Matrix, countries: frozenset[str]) -> Iterator[RowError]:
    """Check countries and row lengths: an error for each unknown country and each row of another length."""
    origins = matrix[COLUMN_ORDER]
    for origin in origins:
        if origin not in countries:
            yield RowError(1, COLUMN_ORDER, str(origin), describe_unknown_country(str(origin)))
    for row, imposing, cells in _iterate_rows(matrix):
        if imposing not in countries:
            yield RowError(row, "imposing country", imposing, describe_unknown_country(imposing))
        if len(cells) != len(origins):
            yield RowError(row, imposing, f"{len(cells)} cells", f"there are {len(origins)} columns")
