"""The project's modules that a function imports, found in the source without running it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lambdas.environment.file import ROOT

PACKAGE = "lambdas"
"""The package of all modules that functions can import."""


def modules_of(entry: str) -> frozenset[Path]:
    """Return the files of the project that importing a module loads, including imports inside functions.

    :param entry: The module's name, such as ``lambdas.api.handler``.
    :return: Paths relative to the project's root, ``__init__.py`` of each package included.
    """
    found: set[Path] = set()
    pending = [entry]
    while pending:
        path = _file_of(pending.pop())
        if path and path not in found:
            found.add(path)
            pending += _imported_by(path)
    return frozenset(path.relative_to(ROOT) for path in found)


def _file_of(module: str) -> Path | None:
    """Return the file of a module; None when the name is not a module, such as a class imported from one."""
    place = ROOT.joinpath(*module.split("."))
    candidates = (place.with_name(f"{place.name}.py"), place / "__init__.py")
    return next((each for each in candidates if each.is_file()), None)


@cache
def _imported_by(path: Path) -> tuple[str, ...]:
    """Return the names of the package that a file imports, with all packages above each."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {name for node in _statements(tree) for name in _names(node) if name.partition(".")[0] == PACKAGE}
    parts = [name.split(".") for name in names]
    return tuple(sorted({".".join(each[:length]) for each in parts for length in range(1, len(each) + 1)}))


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements of a module, at any depth. Expressions, which are most of a tree, import nothing."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield child
            yield from _statements(child)


def _names(node: ast.AST) -> Iterator[str]:
    """Yield what an import statement can load. Imports in the project are absolute."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
