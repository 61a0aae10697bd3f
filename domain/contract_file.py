"""A contract's YAML file: read in bounded time, every fault told with file, line and key. What a contract may say is left to contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from itertools import accumulate
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from domain.contract import Contract
from domain.errors import ContractInvalid
from domain.fault import Fault

MOST_PARTS = 100_000  # of a file once its aliases are written out: a short text can stand for a very long one
DEEPEST_IN_LINE = 20  # brackets open at once in one line; the examples' rows have three


def line_of(text: str, path: Sequence[int | str]) -> int | None:
    """Line (from 1) at which the deepest part of `path` that exists stands in YAML that `load_contract` accepts."""
    tree = _tree(text)
    return _line_of(tree, path) if path and isinstance(tree, CommentedMap) else None


def _line_of(node: Any, path: Sequence[int | str]) -> int:
    line = 0
    for key in path:
        if isinstance(node, CommentedMap) and key in node:
            line, node = node.lc.key(key)[0], node[key]
        elif isinstance(node, CommentedSeq) and isinstance(key, int) and key < len(node):
            line, node = node.lc.item(key)[0], node[key]
        else:
            break
    return line + 1


def _plain(node: Any, left: list[int]) -> Any:
    """The tree as plain values; `left`: how many parts may still come."""
    left[0] -= 1
    if left[0] < 0:
        raise RecursionError
    if isinstance(node, Mapping):
        return {str(k): _plain(v, left) for k, v in node.items()}
    if isinstance(node, list):
        return [_plain(v, left) for v in node]
    if isinstance(node, (bool, int, float)) or node is None:
        return node
    return str(node)


def _path(item: Mapping[str, Any]) -> list[int | str]:
    """The keys that lead to a fault; one of a whole part may name its key below."""
    named = [p for p in item["loc"] if not (isinstance(p, str) and p.startswith("function-"))]
    return [*named, *item.get("ctx", {}).get("at", ())]


_KINDS = {"missing": "missing", "extra_forbidden": "unknown", "literal_error": "choice", "enum": "choice"}
_BOUNDS = ("greater_than", "less_than", "too_short", "too_long", "string_too", "finite_number")


def _kind(error: str) -> str:
    """The kind of fault that a validator's kind of error is."""
    if error in _KINDS:
        return _KINDS[error]
    if error == "string_pattern_mismatch":
        return "form"
    if error.startswith(_BOUNDS):
        return "bound"
    return "type" if error.endswith(("_type", "_parsing", "_from_float")) else "value"


def _faults(error: ValidationError, tree: Any) -> Iterator[Fault]:
    items = error.errors(include_url=False, include_input=False)
    paths = [_path(item) for item in items]
    for item, path in zip(items, paths, strict=True):
        inner_fault = any(len(other) > len(path) and other[: len(path)] == path for other in paths)
        if item["type"] == "too_short" and inner_fault:
            continue  # an item was left out because it is itself at fault, which is said already
        match item["type"]:
            case "extra_forbidden":
                what = "unknown key; remove it or correct its spelling"
            case "missing":
                what = "missing; add this key"
            case _:
                what = item["msg"].removeprefix("Value error, ")
        yield Fault(_kind(item["type"]), _line_of(tree, path), ".".join(map(str, path)), what)


def _is_too_deep(line: str) -> bool:
    """Whether brackets stand open in one another beyond DEEPEST_IN_LINE: the reader looks at every open one at every word
    of the line, which takes minutes where somebody means harm."""
    if line.count("[") + line.count("{") <= DEEPEST_IN_LINE:
        return False
    steps = (1 if mark in "[{" else -1 for mark in line if mark in "[]{}")
    return max(accumulate(steps)) > DEEPEST_IN_LINE


def _tree(text: str) -> Any:
    if any(_is_too_deep(line) for line in text.splitlines()):
        raise RecursionError
    yaml = YAML(typ="rt", pure=True)
    yaml.allow_duplicate_keys = False
    return yaml.load(StringIO(text))


def _not_yaml(fault: Exception, text: str) -> Fault:
    """What keeps a text from being YAML; nothing of the text is quoted but what the parser's own sentence names."""
    if isinstance(fault, MarkedYAMLError) and fault.problem_mark:
        mark = fault.problem_mark
        what = f"not YAML: {fault.problem or fault.context}"
        return Fault("yaml", mark.line + 1, "", what, mark.column + 1)
    if isinstance(fault, ReaderError):
        line = text.count("\n", 0, fault.position) + 1
        return Fault("yaml", line, "", "not YAML: a character that no text file holds; remove it")
    return Fault("yaml", None, "", "not YAML: a number or date that there isn't; put it into quotes")


def load_contract(text: str, origin: str) -> Contract:
    """A contract from YAML text. `origin` is the file's name for messages.

    Raises ContractInvalid naming file, line and key of every fault.
    """
    try:
        tree = _tree(text)
        if not isinstance(tree, CommentedMap):
            raise _invalid(
                origin, Fault("mapping", 1, "", "a contract is a mapping of keys; this file holds something else")
            )
        return Contract.model_validate(_plain(tree, [MOST_PARTS]))
    except ValidationError as error:
        raise _invalid(origin, *_faults(error, tree)) from None
    except (YAMLError, ValueError) as fault:
        raise _invalid(origin, _not_yaml(fault, text)) from None
    except (RecursionError, MemoryError):
        raise _invalid(
            origin, Fault("size", None, "", "too many parts, or too deep in one another; write it plainly")
        ) from None


def _invalid(origin: str, *faults: Fault) -> ContractInvalid:
    return ContractInvalid("\n".join(f.told(origin) for f in faults), faults)
