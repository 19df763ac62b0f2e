"""Commands and addresses of the service among the code of the documents."""

import re
import shlex
import shutil

from documents.code_blocks import INLINE, LINK, Code

SERVICE = "http://localhost:8000"
ADDRESS = re.compile(r"(?:(GET|HEAD|POST|PUT|PATCH|DELETE) \S+|/\S*|https?://\S+)")
ADDRESS_WITHIN = re.compile(rf"{SERVICE}[^\s\"'`<>)]*")
# Programs that need not be on the machine that runs the tests. Those on it are found by their names.
PROGRAMS = {
    "alembic", "apt-get", "cp", "crossings", "curl", "docker", "git", "jq", "make", "mypy", "node", "npm", "ogr2ogr",
    "ogrinfo", "openapi-python-client", "pip", "psql", "pytest", "python", "python3", "ruff", "ssh", "systemctl", "uv",
}  # fmt: skip
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
# Minute, hour, day, month, day of the week, user.
FIELDS_OF_CRON = 6


def find_commands(code: Code) -> list[str]:
    """Shell commands in the code; none in code that is no shell."""
    if code.language == "sh":
        return split_commands(code.text)
    if code.language == "cron":
        return [line.split(maxsplit=FIELDS_OF_CRON)[FIELDS_OF_CRON] for line in split_commands(code.text)]
    return [code.text] if code.language == INLINE and is_command(code.text) else []


def split_commands(script: str) -> list[str]:
    """The lines of a script, each with the lines it goes on, without comments."""
    lines = re.sub(r"\s*\\\n\s*", " ", script).splitlines()
    commands = [re.sub(r"(^|\s+)#(\s.*)?$", "", line).strip() for line in lines]
    return [command for command in commands if command]


def is_command(text: str) -> bool:
    """True for a program with arguments; the name of a program alone is a word of the text."""
    program, *arguments = split_words(text) or [""]
    return bool(arguments) and (
        program in PROGRAMS or shutil.which(program) is not None or program.startswith(".venv/")
    )


def split_words(command: str) -> list[str]:
    """The program and its arguments, without variables set before; none where it is no shell."""
    try:
        words = shlex.split(command)
    except ValueError:
        return []
    while words and ASSIGNMENT.fullmatch(words[0]):
        words.pop(0)
    return words


def find_addresses(code: Code) -> list[str]:
    """Requests that the code names, such as `/codes` and `POST /submissions`; not those of scripts, which are run."""
    if code.language == LINK:
        return [code.text] if code.text.startswith(SERVICE) else []
    if code.language == "text":
        return [line for line in code.text.splitlines() if ADDRESS.fullmatch(line)]
    if code.language != INLINE:
        return []
    return [code.text] if ADDRESS.fullmatch(code.text) else ADDRESS_WITHIN.findall(code.text)
