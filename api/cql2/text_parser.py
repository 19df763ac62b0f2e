"""Parser of filters in text (21-065r2, Annex B).

The grammar checks syntax only; the compiler checks whether the operands fit the properties of the collection. The
parser keeps its own stack, so a deep filter cannot exhaust the interpreter's stack.
"""

from typing import Any

from lark import Lark, Token, Transformer, UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from api.cql2.ast import Array, Call, Literal, Node, Operation, Property
from api.cql2.errors import BadFilter, format_excerpt
from api.cql2.lexer import tokenize_filter
from api.cql2.limits import URL_LIMITS, FilterLimits
from api.cql2.literals import reverse_sign
from api.cql2.operations import FUNCTIONS, build_date, build_interval, build_operation, build_timestamp

GRAMMAR = """
?start: condition
?condition: conjunctive
    | conjunctive (_OR conjunctive)+                 -> disjunction
?conjunctive: factor
    | factor (_AND factor)+                          -> conjunction
?factor: NOT factor                                  -> negation
    | predicate
?predicate: sum
    | sum COMPARISON sum                             -> infix
    | sum LIKE sum                                   -> infix
    | sum NOT LIKE sum                               -> negated
    | sum BETWEEN sum _AND sum                       -> infix
    | sum NOT BETWEEN sum _AND sum                   -> negated
    | sum IN OPEN values _CLOSE                      -> member
    | sum NOT IN OPEN values _CLOSE                  -> not_member
    | sum IS NULL                                    -> null
    | sum IS NOT NULL                                -> not_null
?sum: product
    | sum SIGN product                               -> infix
?product: power
    | product TIMES power                            -> infix
?power: operand
    | operand POWER operand                          -> infix
?operand: atom
    | SIGN atom                                      -> signed
?atom: VALUE                                         -> value
    | NAME                                           -> named
    | FUNCTION OPEN values? _CLOSE                   -> function
    | OPEN values? _CLOSE                            -> bracketed
values: LISTED? condition (_COMMA condition)*
%declare LISTED _OR _AND NOT COMPARISON LIKE BETWEEN IN OPEN _CLOSE IS NULL SIGN TIMES POWER VALUE NAME FUNCTION _COMMA
"""
CONSTRUCTORS = {"date": build_date, "timestamp": build_timestamp, "interval": build_interval}
TOKEN_LABELS = {
    "VALUE": "a property or a value",
    "COMPARISON": "a comparison (=, <>, <, >, <=, >=, LIKE, BETWEEN, IN, IS NULL)",
    "LIKE": "LIKE, BETWEEN or IN",
    "IN": "LIKE, BETWEEN or IN",
    "NULL": "NULL",
    "_AND": "AND",
    "_OR": "OR",
    "OPEN": "(",
    "_CLOSE": ")",
    "_COMMA": "a comma",
    "$END": "the end of the filter",
}
OPERAND_TOKENS = frozenset({"OPEN", "NOT"})


def parse_text(text: str, bounds: FilterLimits = URL_LIMITS) -> Node:
    """Parse the text of a filter to its tree, or raise BadFilter."""
    bounds.check_length(text, "text")
    parser = PARSER.parse_interactive()
    for word in tokenize_filter(text, bounds):
        _push_token(parser, word)
    root: Node = _push_token(parser, Token("$END", "", len(text)))
    bounds.check_tree(root)
    return root


class _TreeBuilder(Transformer[Token, Node]):
    """Builder of nodes: one method for each rule of the grammar, by its name."""

    def disjunction(self, parts: list[Node]) -> Node:
        return build_operation("or", tuple(parts), parts[0].position)

    def conjunction(self, parts: list[Node]) -> Node:
        return build_operation("and", tuple(parts), parts[0].position)

    def negation(self, parts: list[Any]) -> Node:
        return Operation("not", (parts[1],), position=parts[0].start_pos)

    def infix(self, parts: list[Any]) -> Node:
        left, operator, *right = parts
        return build_operation(operator.lower(), (left, *right), left.position)

    def negated(self, parts: list[Any]) -> Node:
        left, _, *rest = parts
        return _build_negation(self.infix([left, *rest]))

    def member(self, parts: list[Any]) -> Node:
        value, _, bracket, values = parts
        return build_operation("in", (value, Array(values, position=bracket.start_pos)), value.position)

    def not_member(self, parts: list[Any]) -> Node:
        value, _, *rest = parts
        return _build_negation(self.member([value, *rest]))

    def null(self, parts: list[Any]) -> Node:
        return build_operation("isNull", (parts[0],), parts[0].position)

    def not_null(self, parts: list[Any]) -> Node:
        return _build_negation(self.null(parts))

    def signed(self, parts: list[Any]) -> Node:
        """Apply a sign to the adjacent operand, before any power."""
        sign, operand = parts
        return _apply_sign(sign, operand, sign.start_pos)

    def value(self, parts: list[Token]) -> Node:
        node: Node = parts[0].value
        return node

    def named(self, parts: list[Token]) -> Node:
        return Property(parts[0].value, position=parts[0].start_pos or 0)

    def function(self, parts: list[Any]) -> Node:
        name, _, *values = parts
        return _build_function(str(name), values[0] if values else (), name.start_pos)

    def bracketed(self, parts: list[Any]) -> Node:
        """Return a single value in brackets as the value; build an array of no or several values."""
        bracket, *values = parts
        args: tuple[Node, ...] = values[0] if values else ()
        return args[0] if len(args) == 1 else Array(args, position=bracket.start_pos)

    def values(self, parts: list[Any]) -> tuple[Node, ...]:
        first, *others = parts
        return (*first.value, *others) if isinstance(first, Token) else tuple(parts)


def _build_negation(node: Node) -> Node:
    return Operation("not", (node,), position=node.position)


def _apply_sign(sign: str, operand: Node, position: int) -> Node:
    match operand:
        case Literal(value=int() | float()) if not isinstance(operand.value, bool):
            return operand if sign == "+" else reverse_sign(operand, position)
    if sign == "+":
        raise BadFilter("a plus sign has no number", position, expected="a number after it")
    return build_operation("*", (Literal(-1, position=position), operand), position)


def _build_function(name: str, args: tuple[Node, ...], position: int) -> Node:
    key = name.lower()
    if key in CONSTRUCTORS:
        return CONSTRUCTORS[key](args, position)
    if key in FUNCTIONS:
        return build_operation(FUNCTIONS[key], args, position)
    return Call(name, args, position=position)


PARSER = Lark(GRAMMAR, parser="lalr", lexer="basic", transformer=_TreeBuilder(), maybe_placeholders=False)


def _push_token(parser: InteractiveParser, word: Token) -> Any:  # noqa: ANN401 - the tree, for the last word
    try:
        return parser.feed_token(word)
    except UnexpectedToken:
        raise _build_syntax_error(parser, word) from None


def _build_syntax_error(parser: InteractiveParser, word: Token) -> BadFilter:
    possible: set[str] = parser.accepts()  # type: ignore[no-untyped-call]
    position = word.start_pos or 0
    if word.type == "NULL":
        return BadFilter("NULL cannot be compared", position, expected="IS NULL or IS NOT NULL")
    if possible <= {"NULL", "NOT"}:
        return BadFilter("IS must be followed by NULL", position, expected="NULL, or = and a value instead of IS")
    message = (
        f"'{format_excerpt(str(word))}' is not allowed here" if word.type != "$END" else "unexpected end of the filter"
    )
    if "VALUE" in possible:
        possible = (possible - OPERAND_TOKENS) & {"VALUE", "_CLOSE"}
    labels = dict.fromkeys(words for kind, words in TOKEN_LABELS.items() if kind in possible)
    if "COMPARISON" in possible:
        labels.pop(TOKEN_LABELS["LIKE"], None)
    return BadFilter(message, position, expected=" or ".join(labels) or None)
