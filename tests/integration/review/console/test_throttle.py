"""Wrong passwords: counted by name and place, so that strangers lock nobody out and guessing stays slow wherever they sit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client, override_settings

from review.origins import address_place
from tests.console_visits import text_of, visit
from tests.review_desk import PASSWORD, events, hash_of, last_refusal, published

FAILURES_ALLOWED, FAILURES_ELSEWHERE, FAILURES_AT_ADDRESS, LINES_OF_UNKNOWN = 5, 20, 50, 50  # as docs/how-to says
HOME, STRANGER = "192.0.2.7", "198.51.100.9"


def browser() -> Client:
    client: Client = visit(None)
    return client


def try_in(name: str, password: str, address: str, client: Client | None = None) -> bool:
    """Whether that signs in."""
    client = client or browser()
    client.post("/sign-in", {"username": name, "password": password}, REMOTE_ADDR=address)
    return "_auth_user_id" in client.session


def guess(name: str, times: int, address: str, client: Client | None = None) -> None:
    for number in range(times):
        assert not try_in(name, f"wrong {number}", address, client)


def failures() -> int:
    from review.models import FailedSignature

    return FailedSignature.objects.count()


def test_failures_at_one_address_leave_others_open(console: Path) -> None:
    guess("chief", FAILURES_ALLOWED, STRANGER)
    assert not try_in("chief", PASSWORD, STRANGER), "there the name is locked"
    assert try_in("chief", PASSWORD, HOME)
    assert events().count("refused") == FAILURES_ALLOWED


def test_guessing_from_many_addresses_is_bounded(console: Path) -> None:
    for number in range(FAILURES_ELSEWHERE + 3):
        guess("chief", 1, f"203.0.113.{number}")
    assert failures() == FAILURES_ELSEWHERE
    assert not try_in("chief", PASSWORD, HOME), "a right guess among them tells nothing"
    assert try_in("conf", PASSWORD, HOME)


def test_addresses_of_one_network_are_one_place(console: Path) -> None:
    for number in range(FAILURES_ALLOWED):
        guess("chief", 1, f"2001:db8::{number:x}")
    assert not try_in("chief", PASSWORD, "2001:db8::ffff")
    assert try_in("chief", PASSWORD, "2001:db8:0:1::1")


def test_one_password_tried_on_many_names_is_bounded(console: Path) -> None:
    for number in range(FAILURES_AT_ADDRESS + 3):
        guess(f"person{number}", 1, STRANGER)
    assert failures() == FAILURES_AT_ADDRESS
    assert not try_in("chief", PASSWORD, STRANGER)
    assert try_in("chief", PASSWORD, HOME)


def test_browser_that_the_person_uses_is_not_locked_by_strangers_behind_the_same_proxy(console: Path) -> None:
    own = browser()
    assert try_in("chief", PASSWORD, HOME, own)
    own.post("/sign-out")
    for name in ("chief", *(f"person{n}" for n in range(FAILURES_AT_ADDRESS))):
        guess(name, FAILURES_ALLOWED if name == "chief" else 1, HOME)
    for number in range(FAILURES_ELSEWHERE):
        guess("chief", 1, f"203.0.113.{number}")
    assert not try_in("chief", PASSWORD, HOME)
    assert try_in("chief", PASSWORD, HOME, own)


def test_browser_of_one_person_is_unknown_for_another_and_after_a_new_password(console: Path) -> None:
    from review import desk

    own = browser()
    assert try_in("chief", PASSWORD, HOME, own)
    own.post("/sign-out")
    guess("conf", FAILURES_ALLOWED, HOME)
    assert not try_in("conf", PASSWORD, HOME, own)
    guess("chief", FAILURES_ALLOWED, HOME)
    desk.set_password("chief", "another good passphrase 9")
    assert not try_in("chief", "another good passphrase 9", HOME, own)


def test_own_browser_guesses_slowly_too(console: Path) -> None:
    own = browser()
    assert try_in("chief", PASSWORD, HOME, own)
    own.post("/sign-out")
    guess("chief", FAILURES_ALLOWED, HOME, own)
    assert not try_in("chief", PASSWORD, STRANGER, own)
    own.cookies["mingjing_browser"] = own.cookies["mingjing_browser"].value + "x"  # forged: an address like any other
    assert try_in("chief", PASSWORD, STRANGER, own)


def test_order_to_hide_is_signed_while_strangers_guess_the_chiefs_name(console: Path) -> None:
    release, client = published(), visit("chief")
    for number in range(FAILURES_ELSEWHERE + 1):
        guess("chief", 1, f"203.0.113.{number}")
    guess("chief", FAILURES_ALLOWED, "127.0.0.1")  # the address that the session comes from
    said = {"reason": "内容需要核实", "password": PASSWORD, "release_hash": hash_of(release)}
    for _ in range(FAILURES_ALLOWED - 1):
        wrong = client.post(f"/releases/{release}/withdraw", said | {"password": "wrong"})
        assert wrong.status_code == 403
    assert client.post(f"/releases/{release}/withdraw", said).status_code == 302
    assert "withdrawn" in events(release)


def test_signatures_in_a_session_are_bounded(console: Path) -> None:
    release, client = published(), visit("chief")
    said = {"reason": "内容需要核实", "password": "wrong"}
    for _ in range(FAILURES_ALLOWED):
        assert client.post(f"/releases/{release}/withdraw", said).status_code == 403
    assert client.post(f"/releases/{release}/withdraw", said | {"password": PASSWORD}).status_code == 403
    assert "withdrawn" not in events(release)
    assert failures() == FAILURES_ALLOWED


def test_command_line_counts_for_itself(console: Path) -> None:
    from review import desk

    for number in range(FAILURES_ELSEWHERE):
        guess("chief", 1, f"203.0.113.{number}")
    assert desk.sign_in("chief", PASSWORD) == "chief"


def test_address_is_known_at_the_desk_in_the_asynchronous_server_too(console: Path) -> None:
    from review.models import FailedSignature

    said = {"username": "chief", "password": "wrong"}
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        assert async_to_sync(AsyncClient().post)("/sign-in", said).status_code == 200
    (row,) = FailedSignature.objects.all()
    assert (row.place, row.is_known) == (address_place("127.0.0.1"), False)


def test_known_and_unknown_names_are_answered_and_counted_alike(console: Path) -> None:
    said: dict[str, list[str]] = {}
    for name in ("chief", "nobody-of-that-name"):
        said[name] = []
        for _ in range(FAILURES_ALLOWED + 2):
            page = browser().post("/sign-in", {"username": name, "password": "wrong"}, REMOTE_ADDR=STRANGER)
            said[name].append(f"{page.status_code} {text_of(page)}")
    first = said["chief"][0]
    assert {text for texts in said.values() for text in texts} == {first}
    assert "用户名或密码不对" in first
    assert failures() == 2 * FAILURES_ALLOWED


def test_failures_go_after_a_while_and_name_neither_address_nor_name(console: Path) -> None:
    from review.models import FailedSignature, LedgerEntry
    from review.signature import WINDOW

    guess("chief", FAILURES_ALLOWED, STRANGER)
    row = FailedSignature.objects.values().first()
    assert row is not None
    assert not {"chief", STRANGER} & {str(v) for v in row.values()}
    assert last_refusal() == {"actor": "chief", "release": "", "act": "sign_in", "error": "signature-refused"}
    assert not any(STRANGER in body for body in LedgerEntry.objects.values_list("body", flat=True))
    for one in FailedSignature.objects.all():
        FailedSignature.objects.filter(pk=one.pk).update(at=one.at - WINDOW - timedelta(seconds=1))
    assert try_in("chief", PASSWORD, STRANGER)
    guess("conf", 1, STRANGER)
    assert failures() == 1


def test_ledger_is_not_flooded_with_names_that_nobody_has(console: Path) -> None:
    for number in range(LINES_OF_UNKNOWN + 4):
        guess(f"person{number}", 1, f"203.0.113.{number}")
    assert events().count("refused") == LINES_OF_UNKNOWN
    assert failures() == LINES_OF_UNKNOWN + 4
    guess("chief", 1, STRANGER)
    assert events().count("refused") == LINES_OF_UNKNOWN + 1
