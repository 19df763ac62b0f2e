"""Options of commands whose values are read as those of addresses and files are."""

from collections.abc import Callable
from typing import TypeVar

import typer

T = TypeVar("T")


def parser_of(parse: Callable[[str], T]) -> Callable[[str | T], T]:
    """The parser for Typer, which shows the message of its own errors alone; a default is taken as it is."""

    def parsed(given: str | T) -> T:
        try:
            return parse(given) if isinstance(given, str) else given
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    return parsed
