"""Count how the code is structured: sizes of folders, imports, names and docstrings.

`python scripts/structure.py` prints the figures; with `--check` it fails where one exceeds its limit, and names what to
mend. It reads the files as text and imports nothing of them.
"""

import argparse
import ast
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("api", "models", "geo")
VERBS = frozenset((ROOT / "scripts/verbs.txt").read_text(encoding="utf-8").split())
PREPOSITIONS = frozenset(
    [
        "about",
        "after",
        "all",
        "any",
        "as",
        "at",
        "before",
        "between",
        "by",
        "for",
        "from",
        "if",
        "in",
        "of",
        "on",
        "to",
        "until",
        "with",
        "without",
    ]
)
# Verbs and adjectives that end like participles.
NOT_PARTICIPLES = frozenset(
    ["bring", "embed", "exceed", "feed", "needed", "ping", "red", "ring", "seed", "shed", "speed", "string"]
)
PARTICIPLES = frozenset(
    [
        "begun",
        "believed",
        "built",
        "chosen",
        "drawn",
        "found",
        "given",
        "gone",
        "held",
        "kept",
        "known",
        "left",
        "lost",
        "made",
        "said",
        "seen",
        "sent",
        "shown",
        "sought",
        "spoken",
        "stated",
        "taken",
        "told",
        "understood",
        "written",
    ]
)
INDIRECT_WORDS = re.compile(
    r"\b(told|tells?|telling|says?|said|asks?|asked|asking|knows?|known|whom|whose|otherwise|else|anew|apart|of which|"
    r"so many|so much|none of|that which|those (?:found|that|of|who)|at hand|by itself|by themselves|the kept|"
    r"who(?:ever)?|whatever|whichever|stands?|standing|believed|speaks?)\b",
    re.IGNORECASE,
)
WORD = re.compile(r"[A-Za-z']+")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Figure(NamedTuple):
    """Figure with its limit, which is the least value where `at_least`, and places to look at."""

    name: str
    value: float
    limit: float
    places: list[str]
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def list_files(*roots: str) -> list[Path]:
    """List the tracked files below the roots."""
    text = subprocess.run(["git", "ls-files", *roots], cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603, S607
    return [Path(line) for line in text.splitlines() if (ROOT / line).exists()]


def parse_modules() -> dict[str, ast.Module]:
    """Parse the modules of the packages, by dotted name; a package has the name of its folder."""
    files = [path for path in list_files(*PACKAGES) if path.suffix == ".py"]
    return {name_module(path): ast.parse((ROOT / path).read_text(encoding="utf-8")) for path in files}


def name_module(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read_imports(modules: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Read which modules each module imports, also inside of functions."""
    return {name: set(_iterate_imports(tree, modules)) - {name} for name, tree in modules.items()}


def _iterate_imports(tree: ast.Module, modules: dict[str, ast.Module]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                target = f"{node.module}.{alias.name}"
                if target in modules or node.module in modules:
                    yield target if target in modules else node.module


def measure_folders() -> Figure:
    folders = Counter(str(path.parent) for path in list_files(*PACKAGES, "tests", "benchmarks", "web/src", "scripts"))
    largest = [f"{folder}: {count}" for folder, count in folders.most_common() if count > MAX_FILES_IN_A_FOLDER]
    return Figure("files in the largest folder", max(folders.values()), MAX_FILES_IN_A_FOLDER, largest)


def count_lines() -> dict[str, int]:
    """Count the lines of each module."""
    files = [path for path in list_files(*PACKAGES) if path.suffix == ".py"]
    return {name_module(path): len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in files}


def measure_lengths(lines: dict[str, int]) -> Figure:
    longest = [f"{name}: {count}" for name, count in lines.items() if count > MAX_LINES_OF_A_FILE]
    return Figure("lines of the longest module", max(lines.values()), MAX_LINES_OF_A_FILE, longest)


def measure_single_importers(imports: dict[str, set[str]], lines: dict[str, int]) -> Figure:
    """Count modules that could be merged into the one module that imports them.

    Not counted are entries of registries, which only their registry imports; modules of a lower package; and modules
    that together would exceed the length of a file.
    """
    importers = defaultdict(set)
    for name, targets in imports.items():
        for target in targets:
            importers[target].add(name)
    users = {name: next(iter(users)) for name, users in importers.items() if len(users) == 1}
    single = [
        f"{name} <- {user}"
        for name, user in sorted(users.items())
        if user not in REGISTRIES
        and name.split(".")[0] == user.split(".")[0]
        and lines[name] + lines[user] <= MAX_LINES_OF_A_FILE
    ]
    title = f"modules that fit into the one that imports them ({len(users)} have one importer)"
    return Figure(title, len(single), MAX_SINGLE_IMPORTERS, single)


def measure_pairs(imports: dict[str, set[str]]) -> Figure:
    """Count pairs of rooms (folders below a package) that import each other."""
    arrows = {(_get_room(name), _get_room(target)) for name, targets in imports.items() for target in targets}
    pairs = sorted(f"{a} <-> {b}" for a, b in arrows if a < b and (b, a) in arrows)
    return Figure("pairs of rooms that import each other", len(pairs), 0, pairs)


def _get_room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def measure_circles(imports: dict[str, set[str]]) -> Figure:
    """Count modules in circular imports: what remains when modules without an import, or without an importer, go."""
    left = {name: set(targets) for name, targets in imports.items()}
    while done := {name for name, targets in left.items() if not targets} | (left.keys() - set().union(*left.values())):
        left = {name: targets - done for name, targets in left.items() if name not in done}
    return Figure("modules in circular imports", len(left), 0, sorted(left))


def iterate_functions(modules: dict[str, ast.Module]) -> Iterator[tuple[str, Function]]:
    """Yield functions with their module, but for the special methods, which Python names."""
    for name, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, Function) and not node.name.startswith("__"):
                yield name, node


def get_first_word(function: Function) -> str:
    return function.name.strip("_").split("_")[0]


def has_indirect_name(function: Function) -> bool:
    """Whether the first word of the name is a participle or a preposition."""
    word = get_first_word(function)
    if word in VERBS or word in NOT_PARTICIPLES:
        return False
    return word in PREPOSITIONS or word in PARTICIPLES or word.endswith(("ed", "ing"))


def measure_names(modules: dict[str, ast.Module]) -> Iterator[Figure]:
    functions = list(iterate_functions(modules))
    without = [f"{module}: {each.name}" for module, each in functions if get_first_word(each) not in VERBS]
    indirect = [f"{module}: {each.name}" for module, each in functions if has_indirect_name(each)]
    share = 100 * (1 - len(without) / len(functions))
    yield Figure("% of functions that begin with a verb", share, MIN_VERBS_PERCENT, without, at_least=True)
    share = 100 * len(indirect) / len(functions)
    yield Figure("% that begin with a participle or preposition", share, MAX_INDIRECT_NAMES_PERCENT, indirect)


def measure_docstrings(modules: dict[str, ast.Module]) -> Iterator[Figure]:
    texts = [(module, each.name, ast.get_docstring(each)) for module, each in iterate_functions(modules)]
    first = [(f"{module}: {name}", WORD.findall(text)[0].lower()) for module, name, text in texts if text]
    without = [place for place, word in first if word not in VERBS]
    share = 100 * (1 - len(without) / len(first))
    yield Figure("% of docstrings that begin with a verb", share, MIN_VERBS_PERCENT, without, at_least=True)
    words, hits = 0, []
    for module, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | Function) and (text := ast.get_docstring(node)):
                words += len(WORD.findall(text))
                hits += [f"{module}: {match[0]}" for match in INDIRECT_WORDS.finditer(text)]
    yield Figure("indirect words per 1,000 of docstrings", 1000 * len(hits) / words, MAX_INDIRECT_WORDS, hits)


MAX_FILES_IN_A_FOLDER = 22
MAX_LINES_OF_A_FILE = 250
MAX_SINGLE_IMPORTERS = 25
# Only these import their entries.
REGISTRIES = {
    "api.main",
    "api.collections.registry",
    "api.formats.registry",
    "api.openapi.schemas",
    "api.reports.output.registry",
    "api.submissions.readers.registry",
    "api.submissions.row_kinds",
}
MIN_VERBS_PERCENT = 60
MAX_INDIRECT_NAMES_PERCENT = 3
MAX_INDIRECT_WORDS = 2


def measure_all() -> list[Figure]:
    modules = parse_modules()
    imports = read_imports(modules)
    lines = count_lines()
    return [
        measure_folders(),
        measure_lengths(lines),
        measure_single_importers(imports, lines),
        measure_pairs(imports),
        measure_circles(imports),
        *measure_names(modules),
        *measure_docstrings(modules),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail where a figure exceeds its limit")
    parser.add_argument("--places", action="store_true", help="print the places behind every figure")
    options = parser.parse_args()
    figures = measure_all()
    for figure in figures:
        sign = "at least" if figure.at_least else "at most"
        print(f"{figure.value:8.1f}  {figure.name} ({sign} {figure.limit})")
        if options.places or (options.check and not figure.holds):
            print(*(f"          {place}" for place in figure.places), sep="\n")
    return 1 if options.check and not all(figure.holds for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
