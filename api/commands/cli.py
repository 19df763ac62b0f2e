"""The command `crossings`.

A command's module is imported when the command is used: all of them take seconds to import, which issuing a key or
checking the service's health need not wait for.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from api.exceptions import UserError

# Module and name of each command or group of commands.
COMMANDS = {
    "serve": ("api.server.lifecycle", "serve"),
    "migrate": ("api.server.lifecycle", "migrate"),
    "health": ("api.commands.health", "check_health"),
    "update": ("api.commands.submit", "post_update"),
    "example-weeks": ("api.commands.example_data", "post_example_weeks"),
    "publish": ("api.commands.publish", "publish_snapshot"),
    "report": ("api.commands.report", "report"),
    "erratum": ("api.commands.report", "erratum"),
    "xlsform": ("api.commands.xlsform", "write_xlsform"),
    "load": ("api.commands.load", "load_app"),
    "office": ("api.commands.offices", "office_app"),
    "key": ("api.commands.offices", "key_app"),
}


class LazyCommands(Mapping[str, Any]):
    """Commands by name, each imported on first use."""

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - Typer's command
        module, attribute = COMMANDS[name]
        command, alone = getattr(import_module(module), attribute), typer.Typer()
        if isinstance(command, typer.Typer):
            alone.add_typer(command, name=name)
        else:
            alone.command(name)(command)
        return get_group(alone).commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class CommandGroup(TyperGroup):
    """Group of all commands; its help imports all of them."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - Typer's
        super().__init__(**attributes)
        self.commands: Any = LazyCommands()


app = typer.Typer(cls=CommandGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def crossings() -> None:
    """Crossings: which points of entry were open, to whom, in which direction, on a given day."""


def main() -> None:
    """Run the command; print a user's error as one line and exit with status 1."""
    try:
        app()
    except UserError as error:
        raise SystemExit(f"crossings: {error}") from None
