"""Parsers for options of commands that read values like addresses and files do."""

from collections.abc import Callable
from typing import TypeVar

import typer

T = TypeVar("T")


def build_parser(parse: Callable[[str], T]) -> Callable[[str | T], T]:
    """Build a parser for Typer, which shows only its own error messages; a default is used unparsed."""

    def parse_value(value: str | T) -> T:
        try:
            return parse(value) if isinstance(value, str) else value
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    return parse_value
