"""SQL expressions that separate shape from values, so that statements are cached by shape.

A filter with other literals is the same SQL with other parameters. Building the SQLAlchemy tree and its text took 60 ms
of processor time for each new literal and up to 1.7 MB of memory; computing shape and values takes 0.1 ms.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.types import TypeEngine

VALUE_SHAPE = "?"
ParameterNames = Iterator[str]


@dataclass(frozen=True, slots=True)
class Expression:
    """SQL expression that is built only if its shape is new.

    Expressions of equal `shape` on the same columns build the same SQL. `values` belong to its parameters, in the order
    in which `build` takes the parameters' names.
    """

    shape: tuple[Hashable, ...]
    values: tuple[Any, ...]
    build: Callable[[ParameterNames], Any]

    @property
    def is_value(self) -> bool:
        """True of a single bound value."""
        return self.shape[0] == VALUE_SHAPE


def bind_value(value: Any, kind: TypeEngine[Any]) -> Expression:  # noqa: ANN401 - a value of the type
    """Return the expression of a parameter with this value; a list of any length has one shape."""
    return Expression((VALUE_SHAPE, _describe(kind)), (value,), lambda names: bindparam(next(names), type_=kind))


@lru_cache(maxsize=64)
def _describe(kind: TypeEngine[Any]) -> str:
    # repr takes 30 microseconds, and a list of values needs it for each.
    return repr(kind)


def refer_to(name: str, column: Any) -> Expression:  # noqa: ANN401 - a column or an expression of one
    """Return the expression of a column; `name` is its shape."""
    return Expression((name,), (), lambda _: column)


def combine(name: Hashable, function: Callable[..., Any], *operands: Expression) -> Expression:
    """Return the function's result for the operands' SQL.

    `name` identifies the function: it is the first part of the shape.
    """
    return Expression(
        (name, *(operand.shape for operand in operands)),
        tuple(chain.from_iterable(operand.values for operand in operands)),
        lambda names: function(*[operand.build(names) for operand in operands]),
    )
