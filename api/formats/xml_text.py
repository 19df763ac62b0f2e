"""Text in XML files: feeds, QGIS projects and styles, and the parts of a spreadsheet."""

import re

# XML 1.0, 2.2. A single surrogate is not a character.
NON_XML_CHARACTERS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean_xml_text(text: str) -> str:
    """Replace each character that XML cannot hold, even escaped, by U+FFFD."""
    return text if text.isascii() and text.isprintable() else NON_XML_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", text)
