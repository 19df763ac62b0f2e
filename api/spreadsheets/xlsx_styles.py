"""Which number of a spreadsheet is a day: it says so by its style and in no other way."""

import datetime as dt
from functools import partial

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from api.spreadsheets.xml_reader import XmlReader

MOST_ELEMENTS_OF_STYLES = 500_000
MOST_STYLES = 65_536  # Excel's own limit is 65,490
LONGEST_FORMAT = 255  # Excel's own limit
EAST_ASIAN_DATES = {*range(27, 37), *range(50, 59)}
SECTIONS = ("numFmts", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")


class StyleReader(XmlReader):
    """Gathers `days`: the numbers, as cells write them, of the styles that show a day or a time."""

    def __init__(self, part: str, most_elements: int = MOST_ELEMENTS_OF_STYLES) -> None:
        sections = {name: partial(self._enter, name) for name in SECTIONS}
        super().__init__(part, most_elements, begin={**sections, "numFmt": self._add_format, "xf": self._add_style})
        self.days: set[str] = set()
        self._formats = {str(number): text for number, text in BUILTIN_FORMATS.items()}
        self._formats |= dict.fromkeys(map(str, EAST_ASIAN_DATES), "yyyy-mm-dd")
        self._section = ""
        self._style_count = 0

    def _enter(self, section: str, _: dict[str, str]) -> None:
        self._section = section

    def _add_format(self, attributes: dict[str, str]) -> None:
        if self._section == "numFmts" and len(self._formats) < MOST_STYLES:
            self._formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")

    def _add_style(self, attributes: dict[str, str]) -> None:
        if self._section != "cellXfs":
            return
        text = self._formats.get(attributes.get("numFmtId", "0"), "")
        if len(text) <= LONGEST_FORMAT and is_date_format(text) and self._style_count < MOST_STYLES:
            self.days.add(str(self._style_count))
        self._style_count += 1


def day_text(serial: str, *, since_1904: bool) -> str:
    """The day, time or both that a number stands for, as ISO 8601 text; the number itself if it stands for none."""
    try:
        meant = from_excel(float(serial), MAC_EPOCH if since_1904 else WINDOWS_EPOCH)
    except (ValueError, OverflowError):
        return serial
    if isinstance(meant, dt.datetime) and meant.time() == dt.time():
        return meant.date().isoformat()
    return meant.isoformat(timespec="seconds") if isinstance(meant, dt.datetime | dt.time) else serial
