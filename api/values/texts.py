"""Cleaning of text that people and programs send: invisible marks, letters in two encodings, digits of Arabic."""

import re
import unicodedata

# Direction marks that WhatsApp puts around copied text, joiners, zero-width spaces, the byte order mark; and letters
# that are blank: a name of blank letters only would look empty.
INVISIBLE_CHARACTERS = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufeff\uffa0"
)
OUTER_MARKS = re.compile(rf"\A[\s{INVISIBLE_CHARACTERS}]+|[\s{INVISIBLE_CHARACTERS}]+\Z")
DIGIT_TRANSLATION = {first + digit: str(digit) for first in (0x0660, 0x06F0) for digit in range(10)}


def clean_text(text: str) -> str:
    """Convert the text to NFC, and remove spaces and invisible marks around it; the result may be empty."""
    if text.isascii():
        return text.strip()
    return normalize_nfc(OUTER_MARKS.sub("", text))


def normalize_nfc(text: str) -> str:
    """Convert the text to NFC, in which `š` is one letter for every way to type it."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def convert_digits(text: str) -> str:
    """Convert the digits of Arabic and Persian to ASCII digits; leave other digits unchanged."""
    return text if text.isascii() else text.translate(DIGIT_TRANSLATION)
