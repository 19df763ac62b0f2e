"""Messages for users: a key of a template in the `*.toml` files, and the values for its placeholders."""

import datetime as dt
import string
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from api.messages.shown_text import sanitize_text
from models.codes import get_code_list

Language = Literal["en", "fr", "es", "ar"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
MESSAGE_FILES = ("values", "rows", "register", "tables", "workbooks", "documents", "requests")
HINT_KEY = "did_you_mean"
InputValue = str | int | float | dt.date | None
MessageValue = str | int | list[str]


class Message:
    """Message before translation: `missing.status` is the text `status` of the code `missing`.

    `values` can be written as JSON: days are texts, and texts of senders are cut. `near` are suggestions and add "did
    you mean" to the end. With `list_name` the suggestions are codes of that list, and are shown with their labels.
    """

    __slots__ = ("key", "values")

    def __init__(self, key: str, /, **values: InputValue | Sequence[str]) -> None:
        self.key = key
        self.values: dict[str, MessageValue] = {name: _convert_value(given) for name, given in values.items()}

    @property
    def code(self) -> str:
        """Code by which programs identify the message."""
        return self.key.partition(".")[0]

    def render(self, language: Language = "en") -> str:
        return render_message(self.key, self.values, language)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.key, self.values) == (other.key, other.values)

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"Message({self.key!r}, {self.values!r})"


class MessageError(ValueError):
    """Error with a `message` for users; its text as an exception is in English."""

    def __init__(self, key: str, /, **values: InputValue | Sequence[str]) -> None:
        self.message = Message(key, **values)
        super().__init__(self.message.render())


def render_message(key: str, values: Mapping[str, MessageValue], language: Language) -> str:
    """Return the text of a key with its values. Raises KeyError for an unknown key and for a missing value."""
    texts, writer = _load_templates(), _TEMPLATE_FORMATTERS[language]
    text = writer.vformat(texts[key][language], (), values)
    near = values.get("near")
    if not near:
        return text
    if isinstance(near, list) and (list_name := values.get("list_name")) and language != "en":
        near = [_format_label(str(list_name), code, language) for code in near]
    return text + writer.vformat(texts[HINT_KEY][language], (), {"near": near})


def _format_label(list_name: str, code: str, language: Language) -> str:
    label = get_code_list(list_name).item(code).labels[language]
    return _TEMPLATE_FORMATTERS[language].quote(label) + f" ({code})"


def _convert_value(given: InputValue | Sequence[str]) -> MessageValue:
    match given:
        case str():
            return sanitize_text(given)
        case int():
            return given
        case float():
            return f"{given:g}"
        case dt.date():
            return given.isoformat()
        case None:
            return "None"
    return [sanitize_text(each) for each in given]


class _TemplateFormatter(string.Formatter):
    """Formatter of a language's lists, thousands separators, and quotation marks (`!q`) in templates."""

    def __init__(self, joins: Mapping[str, str], thousands: str, quotes: tuple[str, str] | None) -> None:
        self._joins = joins
        self._thousands = thousands
        self._quotes = quotes

    def quote(self, text: str) -> str:
        """Put the text in quotation marks and escape its invisible characters."""
        if self._quotes is None:
            return repr(text)
        before, behind = self._quotes
        return f"{before}{repr(text)[1:-1]}{behind}"

    def convert_field(self, value: Any, conversion: Any) -> Any:  # noqa: ANN401 - as string.Formatter has it
        if conversion != "q":
            return super().convert_field(value, conversion)
        return [self.quote(each) for each in value] if isinstance(value, list) else self.quote(str(value))

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - as string.Formatter has it
        if isinstance(value, list):
            return self._joins[format_spec].join(value)
        if format_spec == ",":
            return f"{value:,}".replace(",", self._thousands)
        return str(value)


NARROW_NO_BREAK_SPACE, NO_BREAK_SPACE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
_TEMPLATE_FORMATTERS: Mapping[Language, _TemplateFormatter] = {
    "en": _TemplateFormatter({"": ", ", "or": " or ", "and": " and "}, ",", None),
    "fr": _TemplateFormatter(
        {"": ", ", "or": " ou ", "and": " et "},
        NARROW_NO_BREAK_SPACE,
        ("«\N{NO-BREAK SPACE}", "\N{NO-BREAK SPACE}»"),
    ),
    "es": _TemplateFormatter({"": ", ", "or": " o ", "and": " y "}, NARROW_NO_BREAK_SPACE, ("«", "»")),
    "ar": _TemplateFormatter({"": "، ", "or": " أو ", "and": " و"}, ",", ("«", "»")),
}


@cache
def _load_templates() -> Mapping[str, Mapping[Language, str]]:
    """Load the templates of all files, by key and language."""
    folder = resources.files("api.messages")
    found: dict[str, Mapping[Language, str]] = {}
    for name in MESSAGE_FILES:
        for code, table in tomllib.loads(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8")).items():
            found |= _collect_templates(code, table)
    return found


def _collect_templates(code: str, table: Mapping[str, Any]) -> dict[str, Mapping[Language, str]]:
    """Return the text of the code under `code`, and its further texts under `code.name`."""
    own: dict[Language, str] = {language: table[language] for language in LANGUAGES if language in table}
    others = {f"{code}.{name}": text for name, text in table.items() if name not in LANGUAGES}
    return others | ({code: own} if own else {})
