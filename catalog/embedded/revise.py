"""package_revise's small language: match, filter and update of a dataset dictionary, plain or as flattened keys. Pure.

Keys are joined by `__`; a list's item is named by its index, from the end if negative, or by at least the first five
characters of its id. Semantics as CKAN 2.12 documents them, so that one publisher works on both.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from catalog.embedded.refusals import Invalid
from catalog.embedded.strict_json import loads

SHORTEST_ID = 5


class Unmatched(Exception):
    """A key that leads nowhere, or a value of the wrong kind for its place."""


def revise(shown: dict[str, Any], call: dict[str, Any]) -> dict[str, Any]:
    """The dataset as it would be after the call; `shown` stays as it is. Raises Invalid if a match doesn't hold."""
    wrong = _unmatched(shown, call)
    if wrong:
        raise Invalid({"match": wrong})
    revised = deepcopy(shown)
    if patterns := _patterns(call.get("filter")):
        keep_or_drop(revised, patterns)
        revised["id"] = shown["id"]
    steps = [("", _parsed(call["update"]))] if "update" in call else []
    flat = [(k.removeprefix("update__"), _parsed(v)) for k, v in call.items() if k.startswith("update__")]
    # what is added comes first, so that files may be attached to it by index in the same call
    steps += sorted(flat, key=lambda step: (not step[0].endswith("extend"), step[0]))
    for key, value in steps:
        try:
            _put(revised, key, value)
        except Unmatched as fault:
            raise Invalid({f"update__{key}" if key else "update": [str(fault)]}) from None
    return revised


def wanted_dataset(call: dict[str, Any]) -> str:
    """Id or name of the dataset that the call is about."""
    match = _parsed(call.get("match", {}))
    if not isinstance(match, dict):
        raise Invalid({"match": ["Must be a dict"]})
    for key in ("id", "name"):
        if found := call.get(f"match__{key}") or match.get(key):
            return str(found)
    raise Invalid({"match__id": ["Missing value"]})


def included(answer: dict[str, Any], call: dict[str, Any]) -> dict[str, Any]:
    """The answer cut down to what `include` asks for."""
    if patterns := _patterns(call.get("include")):
        keep_or_drop(answer, patterns)
    return answer


def _unmatched(shown: dict[str, Any], call: dict[str, Any]) -> list[str]:
    pairs = [("", _parsed(call["match"]))] if "match" in call else []
    pairs += [(k.removeprefix("match__"), _parsed(v)) for k, v in sorted(call.items()) if k.startswith("match__")]
    wrong = []
    for key, value in pairs:
        try:
            target = _find(shown, key.split("__")) if key else shown
        except Unmatched:
            wrong.append(key)
            continue
        wrong += [f"{key}__{w}".strip("_") if w else key for w in _differing(target, value)]
    return wrong


def _differing(target: Any, value: Any) -> list[str]:
    """Where `target` isn't as `value` says; what `value` leaves out isn't compared."""
    if isinstance(value, dict):
        if not isinstance(target, dict):
            return [""]
        pairs = [(k, target.get(k, Unmatched), v) for k, v in value.items()]
    elif isinstance(value, list):
        if not isinstance(target, list) or len(target) < len(value):
            return [""]
        pairs = [(str(i), target[i], v) for i, v in enumerate(value)]
    else:
        return [] if target == value else [""]
    return [f"{k}__{w}".removesuffix("__") for k, t, v in pairs for w in _differing(t, v)]


def _find(data: Any, parts: list[str]) -> Any:
    for part in parts:
        if isinstance(data, dict):
            if part not in data:
                raise Unmatched(f"Unmatched key {part}")
            data = data[part]
        elif isinstance(data, list):
            data = data[_index(data, part)]
        else:
            raise Unmatched(f"Unmatched key {part}")
    return data


def _index(items: list[Any], part: str) -> int:
    if len(part) >= SHORTEST_ID:
        for position, item in enumerate(items):
            if isinstance(item, dict) and str(item.get("id", "")).startswith(part):
                return position
        raise Unmatched(f"Unmatched key {part}")
    try:
        position = int(part)
        items[position]
    except (ValueError, IndexError):
        raise Unmatched(f"Unmatched key {part}") from None
    return position % len(items)


def _put(data: dict[str, Any], key: str, value: Any) -> None:
    if not key:
        _merge(data, value)
        return
    *path, last = key.split("__")
    target = _find(data, path)
    if isinstance(target, dict):
        _merge(target, {last: value})
    elif isinstance(target, list) and last == "extend":
        if not isinstance(value, list):
            raise Unmatched("Expected list")
        target.extend(value)
    elif isinstance(target, list):
        target[_index(target, last)] = _merged(target[_index(target, last)], value)
    else:
        raise Unmatched("Expected list or dict")


def _merge(target: dict[str, Any], value: Any) -> None:
    if not isinstance(value, dict):
        raise Unmatched("Expected dict")
    for key, item in value.items():
        target[key] = _merged(target[key], item) if key in target else item


def _merged(old: Any, new: Any) -> Any:
    """`new` laid over `old`: dictionaries key by key, lists item by item, all else in its place."""
    if isinstance(old, dict):
        _merge(old, new)
        return old
    if not isinstance(old, list):
        return new
    if not isinstance(new, list):
        raise Unmatched("Expected list")
    for position, item in enumerate(new):
        if position < len(old):
            old[position] = _merged(old[position], item)
        else:
            old.append(item)
    return old


def keep_or_drop(data: Any, patterns: list[tuple[bool, list[str]]]) -> None:
    """Remove by pattern, in place. The first pattern that fits a key wins; a `+` pattern protects, a `-` one removes."""
    keys: list[Any] = list(data) if isinstance(data, dict) else list(range(len(data))) if isinstance(data, list) else []
    verdict: dict[Any, bool] = {}
    deeper: dict[Any, list[tuple[bool, list[str]]]] = {}
    for keep, (head, *rest) in patterns:
        for key in keys if head == "*" else _named(data, head):
            if rest:
                deeper.setdefault(key, []).append((keep, rest))
            else:
                verdict.setdefault(key, keep)
    for key, inner in deeper.items():
        if verdict.get(key, True):
            keep_or_drop(data[key], inner)
    for key in reversed(keys):
        if not verdict.get(key, True):
            del data[key]


def _named(data: Any, head: str) -> list[Any]:
    if isinstance(data, dict):
        return [head] if head in data else []
    try:
        return [_index(data, head)] if isinstance(data, list) else []
    except Unmatched:
        return []


def _patterns(value: Any) -> list[tuple[bool, list[str]]]:
    value = _parsed(value)
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise Invalid({"filter": ["Not a list of strings"]})
    return [(v.startswith("+"), v.lstrip("+-").split("__")) for v in value]


def _parsed(value: Any) -> Any:
    """A text that is JSON becomes what it says; any other value stays."""
    if not isinstance(value, str):
        return value
    try:
        return loads(value)
    except ValueError:
        return value
