"""Lexer of a filter's text: it splits the text into tokens and checks the limits, before the grammar."""

import re
from collections.abc import Iterator

from lark import Token

from api.cql2.ast import Literal
from api.cql2.errors import BadFilter, format_excerpt
from api.cql2.limits import FilterLimits
from api.cql2.literals import parse_number_literal, parse_string_literal, reverse_sign
from api.cql2.wkt import GEOMETRY_KEYWORDS, parse_wkt

# 21-065r2, Annex B, `identifierStart` and `identifierPart`.
NAME_START = (
    ":_A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1ffe\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
NAME_PART = f"{NAME_START}.0-9\u0300-\u036f\u203f-\u2040"
STRING = r"'(?:[^'\\]|''|\\.)*+'"
NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
TOKEN_PATTERN = re.compile(
    rf"""(?P<SPACE>\s+)
    |(?P<STRING>{STRING})
    |(?P<QUOTED>"(?:[^"]|"")*+")
    |(?P<NUMBER>{NUMBER})
    |(?P<NAME>[{NAME_START}][{NAME_PART}]*)
    |(?P<COMPARISON><\s*>|<\s*=|>\s*=|<|>|=)
    |(?P<SIGN>[+-])|(?P<TIMES>[*/%])|(?P<POWER>\^)|(?P<OPEN>\()|(?P<_CLOSE>\))|(?P<_COMMA>,)""",
    re.VERBOSE | re.DOTALL,
)
# Texts and numbers, each with a comma after it: the start of the long lists that clients send.
LIST_VALUE = rf"\s*(?:({STRING})|([+-]?)({NUMBER}))\s*,"
ONE_LIST_VALUE, ALL_LIST_VALUES = re.compile(LIST_VALUE, re.DOTALL), re.compile(rf"(?:{LIST_VALUE})++", re.DOTALL)
NAME_SUFFIX = re.compile(f"[{NAME_PART}]+")
BRACKET_NEXT = re.compile(r"\s*\(")
GEOMETRY_NEXT = re.compile(r"\s*(?:\(|(?:Z|M|ZM|EMPTY)\b)", re.IGNORECASE)
KEYWORDS = {"AND": "_AND", "OR": "_OR"} | {word: word for word in ("NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL")}
ESCAPED_CHARACTERS = {"'": "'", "\\": "\\"}
ESCAPE = re.compile(r"''|\\(.)", re.DOTALL)
HINTS = {
    "'": "this text is not closed by another '",
    '"': 'this name is not closed by another "',
    "!": "not equal is written <>",
    "[": "a list is written in round brackets",
    "\N{LEFT SINGLE QUOTATION MARK}": "text is written between straight quotes, '",
    "\N{RIGHT SINGLE QUOTATION MARK}": "text is written between straight quotes, '",
}


def tokenize_filter(text: str, bounds: FilterLimits) -> Iterator[Token]:
    """Iterate over the tokens of the filter, with their meaning as `value`; a geometry is one token.

    Raise BadFilter for text that is not a token.
    """
    position, brackets, count = 0, 0, 0
    while position < len(text):
        token, position = _read_token(text, position, bounds)
        if token is None:
            continue
        count += 1
        brackets += (token.type == "OPEN") - (token.type == "_CLOSE")
        bounds.check_tokens(count, brackets, token.start_pos or 0)
        yield token
        if token.type == "OPEN" and (list_match := ALL_LIST_VALUES.match(text, position)):
            yield _build_token("LISTED", "a list", position, _parse_list_start(list_match, bounds))
            position = list_match.end()


def _parse_list_start(match: re.Match[str], bounds: FilterLimits) -> tuple[Literal, ...]:
    """Parse the values at the start of a list in one step: token by token, the grammar takes twenty times as long."""
    each = ONE_LIST_VALUE.finditer(match.string, match.start(), match.end())
    return tuple(_parse_list_value(value, count, bounds) for count, value in enumerate(each, start=1))


def _parse_list_value(match: re.Match[str], count: int, bounds: FilterLimits) -> Literal:
    bounds.check_items(count, match.start())
    if match[1]:
        return _parse_quoted(match[1], match.start(1))
    positive = parse_number_literal(match[3], match.start(3))
    return reverse_sign(positive, match.start(2)) if match[2] == "-" else positive


def _read_token(text: str, position: int, bounds: FilterLimits) -> tuple[Token | None, int]:
    match = TOKEN_PATTERN.match(text, position)
    if match is None:
        raise BadFilter(HINTS.get(text[position], f"{format_excerpt(text[position])!r} is not allowed here"), position)
    kind, end = match.lastgroup or "", match.end()
    if kind == "SPACE":
        return None, end
    if kind == "NAME":
        return _classify_name(text, match[0], position, bounds)
    if kind == "NUMBER" and (glued := NAME_SUFFIX.match(text, end)):
        raise BadFilter(f"{format_excerpt(match[0] + glued[0])} is neither a number nor a name", position)
    return _build_value_token(kind, match[0], position), end


def _classify_name(text: str, name: str, position: int, bounds: FilterLimits) -> tuple[Token, int]:
    """Classify a name: keyword, geometry, function if a bracket follows, or property."""
    end, upper = position + len(name), name.upper()
    if upper in KEYWORDS:
        return Token(KEYWORDS[upper], name, position), end
    if upper == "DIV":
        return Token("TIMES", "div", position), end
    if upper in {"TRUE", "FALSE"}:
        return _build_token("VALUE", name, position, Literal(upper == "TRUE", position=position)), end
    if upper in GEOMETRY_KEYWORDS and GEOMETRY_NEXT.match(text, end):
        node, end = parse_wkt(text, position, bounds)
        return _build_token("VALUE", name, position, node), end
    return Token("FUNCTION" if BRACKET_NEXT.match(text, end) else "NAME", name, position), end


def _build_value_token(kind: str, word: str, position: int) -> Token:
    match kind:
        case "NUMBER":
            return _build_token("VALUE", word, position, parse_number_literal(word, position))
        case "STRING":
            return _build_token("VALUE", word, position, _parse_quoted(word, position))
        case "QUOTED":
            return _build_token("NAME", word, position, word[1:-1].replace('""', '"'))
    return Token(kind, re.sub(r"\s", "", word), position)


def _parse_quoted(word: str, position: int) -> Literal:
    return parse_string_literal(ESCAPE.sub(_unescape, word[1:-1]), position)


def _unescape(match: re.Match[str]) -> str:
    """Remove the backslash before a quotation mark or another backslash (21-065r2, Annex B), and keep it before other
    characters.

    So the pattern of LIKE escapes its % and _ as in JSON, and `Belg` with a backslash and `rade` has no line break.
    """
    return "'" if match[0] == "''" else ESCAPED_CHARACTERS.get(match[1], match[0])


def _build_token(kind: str, word: str, position: int, value: object) -> Token:
    token = Token(kind, word, position)
    token.value = value
    return token
