"""Styles of a workbook with struck-through text."""

from functools import partial

from api.spreadsheets.xlsx.xml_reader import XmlReader

MAX_STYLE_ELEMENTS = 500_000
SECTIONS = ("fonts", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")
FALSE_VALUES = {"0", "false"}


class StyleReader(XmlReader):
    """Reader that collects `struck`: numbers, as cells refer to them, of the styles with a struck-through font."""

    def __init__(self, part: str, most_elements: int = MAX_STYLE_ELEMENTS) -> None:
        sections = {name: partial(self._enter, name) for name in SECTIONS}
        own = {"font": self._add_font, "strike": self._add_strike, "xf": self._add_style}
        super().__init__(part, most_elements, begin={**sections, **own})
        self.struck: set[str] = set()
        self._section = ""
        self._font_count = self._style_count = 0
        self._struck_fonts: set[str] = set()

    def _enter(self, section: str, _: dict[str, str]) -> None:
        self._section = section

    def _add_font(self, _: dict[str, str]) -> None:
        if self._section == "fonts":
            self._font_count += 1

    def _add_strike(self, attributes: dict[str, str]) -> None:
        if self._section == "fonts" and attributes.get("val", "1") not in FALSE_VALUES:
            self._struck_fonts.add(str(self._font_count - 1))

    def _add_style(self, attributes: dict[str, str]) -> None:
        if self._section == "cellXfs":
            if attributes.get("fontId", "0") in self._struck_fonts:
                self.struck.add(str(self._style_count))
            self._style_count += 1
