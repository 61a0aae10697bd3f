"""A guard lets named errors through bare and replaces everything else by kind and place."""

from __future__ import annotations

import traceback

import pytest

from domain.errors import MingjingError, StorageUnavailable
from flows.guard import StepFailed, guarded
from tests.markers import Search


@guarded("inner")
def _raise(fault: Exception, cause: Exception | None = None) -> None:
    try:
        raise ValueError(fault.args[0])
    except ValueError:
        raise fault from cause


@guarded("outer")
def _flow(fault: Exception, cause: Exception | None = None) -> None:
    _raise(fault, cause)


def _chain(fault: BaseException | None) -> list[BaseException]:
    return [] if fault is None else [fault, *_chain(fault.__cause__), *_chain(fault.__context__)]


@pytest.mark.parametrize("kind", [ValueError, RecursionError, OSError, KeyError, UnicodeError])
def test_third_party_fault_is_replaced_and_nothing_is_chained(kind: type[Exception]) -> None:
    search = Search()
    mark = search.mark("guard")
    with pytest.raises(StepFailed) as failed:
        _flow(kind(" ".join(mark.values)))
    assert _chain(failed.value) == [failed.value]
    said = "".join(traceback.format_exception(failed.value))
    assert search.in_text(said) == set()
    assert str(failed.value).startswith(f"step inner: {kind.__name__} at test_guard.py:")


def test_named_error_passes_without_what_it_was_raised_from() -> None:
    mark = Search().mark("guard")
    named = StorageUnavailable("no room left; free some")
    named.args = (mark.case,)
    with pytest.raises(MingjingError) as failed:
        _flow(named, ValueError(mark.phrase))
    assert failed.value is named
    assert _chain(failed.value) == [failed.value]
