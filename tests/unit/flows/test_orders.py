"""An order's location is kept private and never told to those who only carry its name."""

from pathlib import Path

import pytest

from domain.errors import UsageInvalid
from flows import ask
from flows.guard import note
from flows.home import Home
from flows.orders import Order, read_order, write_order

ORDER = Order("a.b", "https://host/x.csv?token=MARKER", "2026", {"formed_on": "2026-01-02"})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "run").mkdir()
    return Home(tmp_path)


def test_order_comes_back_equal_from_a_private_file(home: Home) -> None:
    name = write_order(home, ORDER)
    assert read_order(home, "a.b", name) == ORDER
    (path,) = (home.run / "orders").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert write_order(home, ORDER) == name


def test_order_without_a_name_is_the_contracts(home: Home) -> None:
    assert read_order(home, "a.b", "") == Order("a.b")


@pytest.mark.parametrize("name", ["0" * 24, "../../keys/x", "x"])
def test_order_that_is_not_there_is_refused(home: Home, name: str) -> None:
    with pytest.raises(UsageInvalid, match="ask for the preparation again"):
        read_order(home, "a.b", name)


def test_request_row_is_told_the_orders_name_alone(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    class Opened:
        def __init__(self) -> None:
            self.home = home

        def contract(self, _: str) -> None:
            return None

    told: list[dict[str, object]] = []
    monkeypatch.setattr(ask, "open_platform", lambda _: Opened())
    monkeypatch.setattr(ask, "_run", lambda _home, _kind, parameters, *_: told.append(parameters) or {})
    ask.prepare_now(None, "a.b", ORDER.location, "2026", {})
    assert set(told[0]) == {"dataset", "order"}
    assert "MARKER" not in str(told)


def test_note_of_an_unnamed_fault_holds_no_message(capsys: pytest.CaptureFixture[str]) -> None:
    note(KeyError("MARKER"), "publish")
    assert capsys.readouterr().err.startswith("publish: KeyError")
    note(KeyError("MARKER"), "publish")
    assert "MARKER" not in capsys.readouterr().err
