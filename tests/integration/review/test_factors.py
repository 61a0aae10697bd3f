"""The second factor: asked with every signature, spent once, throttled, required per role, set up and taken away on record."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from domain.errors import HomeInvalid, MingjingError, NotPermitted, SecondFactorMissing, SignatureRefused, UsageInvalid
from domain.release import Verdict
from tests.integration.review.test_concurrency import at_once
from tests.review_desk import PASSWORD, checked, events, hash_of, last_refusal, submitted
from tests.second_factor import ask_of, code_of, enrol


def lines(event: str) -> list[dict[str, Any]]:
    from review.models import LedgerEntry

    return [json.loads(e.body) for e in LedgerEntry.objects.filter(event=event).order_by("seq")]


def decide(release: str, person: str = "sec", *, code: str = "", password: str = PASSWORD) -> str:
    from review import desk

    said = {"release_hash": hash_of(release), "reason": "口径有误"}
    return str(desk.decide(release, person, password, "section", Verdict.RETURN, code=code, **said))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def signed_acts() -> dict[str, Callable[..., Any]]:
    """Every function of the desk that takes a password as signature."""
    from review import desk

    setting = {"add_user", "set_password"}  # these give one to somebody
    found = {name: getattr(desk, name) for name in desk.__all__ if name not in setting}
    return {name: act for name, act in found.items() if "password" in inspect.signature(act).parameters}


def called(act: Callable[..., Any], person: str, code: str) -> Any:
    """The act by that person, everything else made up: a signature is looked at first of all."""
    given: dict[str, Any] = {"username": person, "password": PASSWORD, "code": code}
    for name, parameter in inspect.signature(act).parameters.items():
        if name not in given and parameter.default is parameter.empty:
            given[name] = {"verdict": Verdict.RETURN, "marks": {"R-1": "x"}, "releases": {"R-1": ("section", "x")}}.get(
                name, "R-1"
            )
    return act(**given)


def test_off_by_default(home: Path) -> None:
    from review.signature import needs_factor

    release = submitted()
    assert not needs_factor("sec")
    assert decide(release, code="000000") == "returned"
    assert "factor" not in lines("decided")[0]["data"]


def test_every_signed_act_takes_a_code() -> None:
    assert {
        "decide",
        "submit",
        "recall",
        "withdraw",
        "confirm_withdrawal",
        "reverse_withdrawal",
        "sign_in",
        "sign_ready",
    } <= set(signed_acts())
    for name, act in signed_acts().items():
        assert "code" in inspect.signature(act).parameters, name


def test_whoever_has_one_gives_a_code_with_every_signature(home: Path) -> None:
    secret, _ = enrol("sec")
    for name, act in signed_acts().items():
        for code in ("", "x", wrong(code_of(secret, 1))):
            from review.models import LedgerEntry

            before = LedgerEntry.objects.count()
            with pytest.raises(SignatureRefused):
                called(act, "sec", code)
            assert LedgerEntry.objects.count() <= before + 1, name


def test_right_code_signs_once_and_the_ledger_says_so(home: Path) -> None:
    one, two = submitted(), submitted(period="2025", run_key="r2")
    secret, _ = enrol("sec")
    code = code_of(secret, 1)
    assert decide(one, code=code) == "returned"
    with pytest.raises(SignatureRefused):
        decide(two, code=code)
    assert [d["data"]["factor"] for d in lines("decided")] == ["totp"]
    wait_out("sec")
    assert decide(two, code=f" {code_of(secret, 2)[:3]} {code_of(secret, 2)[3:]} ") == "returned", "blanks don't matter"
    assert code not in json.dumps(lines("decided") + lines("refused"))


def test_code_that_set_it_up_and_an_older_one_are_spent(home: Path) -> None:
    release = submitted()
    secret, _ = enrol("sec")
    for steps in (0, -1):
        with pytest.raises(SignatureRefused):
            decide(release, code=code_of(secret, steps))


def test_right_code_is_spent_though_the_act_is_refused(home: Path) -> None:
    from review import desk

    release = submitted()
    secret, _ = enrol("sec")
    code = code_of(secret, 1)
    with pytest.raises(MingjingError, match="isn't what it was"):
        desk.decide(release, "sec", PASSWORD, "section", Verdict.RETURN, release_hash="0" * 64, reason="x", code=code)
    with pytest.raises(SignatureRefused):
        decide(release, code=code)


def test_same_code_at_once_signs_once(home: Path) -> None:
    one, two = submitted(), submitted(period="2025", run_key="r2")
    secret, _ = enrol("sec")
    code = code_of(secret, 1)
    done = at_once(lambda: decide(one, code=code), lambda: decide(two, code=code))
    assert sorted(isinstance(d, SignatureRefused) for d in done) == [False, True]


def test_wrong_password_and_wrong_code_are_refused_in_the_same_words(home: Path) -> None:
    release = submitted()
    secret, _ = enrol("sec")
    said = []
    for password, code in (
        ("wrong password", code_of(secret, 1)),
        (PASSWORD, wrong(code_of(secret, 1))),
        (PASSWORD, ""),
    ):
        with pytest.raises(SignatureRefused) as refusal:
            decide(release, password=password, code=code)
        said.append(str(refusal.value))
    assert len(set(said)) == 1
    wait_out("sec")
    assert decide(release, code=code_of(secret, 1)) == "returned", "a wrong password spent no code"


def wait_out(person: str) -> None:
    """As if a minute had gone by since the device's last wrong code."""
    from review.factors import Totp

    Totp.objects.filter(user__username=person).update(
        throttling_failure_timestamp=timezone.now() - timedelta(minutes=1)
    )


def test_wrong_codes_are_slowed_down_then_locked_out(home: Path) -> None:
    release = submitted()
    secret, recovery = enrol("sec")
    with pytest.raises(SignatureRefused):
        decide(release, code=wrong(code_of(secret, 1)))
    with pytest.raises(SignatureRefused):  # at once after a wrong one even the right one waits
        decide(release, code=code_of(secret, 1))
    for _ in range(3):
        wait_out("sec")
        with pytest.raises(SignatureRefused):
            decide(release, code=wrong(code_of(secret, 1)))
    wait_out("sec")
    for code in (code_of(secret, 1), recovery[0]):
        with pytest.raises(SignatureRefused):
            decide(release, code=code)
    assert len(lines("refused")) == 5


def test_role_that_needs_one_can_only_set_one_up(home: Path) -> None:
    from review import desk
    from review.signature import needs_factor

    release = submitted()
    ask_of("section_reviewer")
    assert needs_factor("sec")
    assert not needs_factor("conf")
    for name, act in signed_acts().items():
        if name in ("sign_in", "begin_factor"):
            called(act, "sec", "")
        else:
            with pytest.raises(SecondFactorMissing):
                called(act, "sec", "")
    assert last_refusal()["error"] == "second-factor-missing"
    with pytest.raises(SignatureRefused):
        decide(release, password="wrong password")
    secret, _ = enrol("sec")
    assert decide(release, code=code_of(secret, 1)) == "returned"
    assert desk.submit(checked(period="p", run_key="p"), "op", PASSWORD) == "in_review", "other roles sign as before"


def test_deputy_needs_it_while_sitting_in_and_the_closed_seat_doesnt(home: Path) -> None:
    from review import desk
    from review.signature import needs_factor

    ask_of("releasing_chief")
    assert not needs_factor("law")
    seat = desk.deputise(
        "law", "chief", "finance", "releasing_chief", valid_from=None, valid_to=timezone.now() + timedelta(days=1)
    )
    assert needs_factor("law")
    desk.revoke(seat)
    assert not needs_factor("law")


def test_factor_that_no_role_needs_any_more_is_asked_still(home: Path) -> None:
    release = submitted()
    ask_of("section_reviewer")
    enrol("sec")
    ask_of()
    with pytest.raises(SignatureRefused):
        decide(release)


def test_recovery_codes_stand_in_each_once(home: Path) -> None:
    from review import desk
    from review.factors import RECOVERY_CODES, recovery_left

    one, two, three = (submitted(period=str(n), run_key=f"r{n}") for n in range(3))
    _, codes = enrol("sec")
    assert len(set(codes)) == RECOVERY_CODES
    assert decide(one, code=codes[0]) == "returned"
    assert [d["data"]["factor"] for d in lines("decided")] == ["recovery"]
    with pytest.raises(SignatureRefused):
        decide(two, code=codes[0])
    wait_out_recovery()
    assert decide(two, code=codes[1].upper().replace("-", " ")) == "returned"
    assert recovery_left("sec") == RECOVERY_CODES - 2
    fresh = desk.new_recovery_codes("sec", PASSWORD, code=codes[2])
    assert not set(fresh) & set(codes)
    with pytest.raises(SignatureRefused):
        decide(three, code=codes[3])
    wait_out_recovery()
    assert decide(three, code=fresh[0]) == "returned"


def wait_out_recovery() -> None:
    from review.factors import StaticDevice

    StaticDevice.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(minutes=1))


def test_anothers_code_signs_nothing(home: Path) -> None:
    release = submitted()
    secret, codes = enrol("sec2")
    enrol("sec")
    for code in (code_of(secret, 1), codes[0]):
        with pytest.raises(SignatureRefused):
            decide(release, code=code)


def test_new_telephone_takes_the_place_once_it_is_confirmed(home: Path) -> None:
    from review import desk

    one, two = submitted(), submitted(period="2025", run_key="r2")
    old, _ = enrol("sec")
    with pytest.raises(SignatureRefused):
        desk.begin_factor("sec", PASSWORD)
    wait_out("sec")
    new = desk.begin_factor("sec", PASSWORD, code=code_of(old, 1)).secret
    assert decide(one, code=code_of(old, 2)) == "returned", "the old one works until then"
    with pytest.raises(SignatureRefused):
        desk.confirm_factor("sec", code_of(old))
    desk.confirm_factor("sec", code_of(new))
    with pytest.raises(SignatureRefused):
        decide(two, code=code_of(old, 3))
    wait_out("sec")
    assert decide(two, code=code_of(new, 1)) == "returned"


def test_it_counts_only_once_confirmed(home: Path) -> None:
    from review import desk

    release = submitted()
    with pytest.raises(UsageInvalid):
        desk.confirm_factor("sec", "123456")
    desk.begin_factor("sec", PASSWORD)
    assert decide(release) == "returned"
    for code in ("", "abcdef", "１２"):
        with pytest.raises(SignatureRefused):
            desk.confirm_factor("sec", code)
    assert "factor-set" not in events()


def test_administrator_takes_it_away_and_the_person_is_told(home: Path) -> None:
    from review import desk
    from review.models import NoticeFor

    release = submitted()
    ask_of("section_reviewer")
    _, codes = enrol("sec")
    with pytest.raises(NotPermitted):
        desk.reset_factor("sec", actor="chief")
    with pytest.raises(UsageInvalid):
        desk.reset_factor("sec2", actor="admin")
    desk.reset_factor("sec", actor="admin")
    assert lines("factor-reset")[0]["data"] == {"user": "sec"}
    for code in ("", codes[0]):
        with pytest.raises(SecondFactorMissing):
            decide(release, code=code)
    desk.tell(["mail", "webhook"])
    told = NoticeFor.objects.filter(notice__kind="factor_reset")
    assert [(c.user.username, c.notice.release) for c in told] == [("sec", "")]
    secret, _ = enrol("sec")
    assert decide(release, code=code_of(secret, 1)) == "returned"


def test_nobody_takes_the_own_away(home: Path) -> None:
    from review import desk

    enrol("admin")
    with pytest.raises(UsageInvalid):
        desk.reset_factor("admin", actor="admin")


def test_nothing_secret_is_kept_readable(home: Path) -> None:
    """Neither the telephone's secret nor a recovery code stands in any row, nor does what is kept make a code."""
    import base64

    from django.apps import apps
    from django.core.serializers import serialize

    from review.factors import Totp

    secret, codes = enrol("sec")
    rows = "".join(serialize("json", m.objects.all()) for m in apps.get_models() if not m._meta.proxy)
    plain = base64.b32decode(secret)
    row: Any = Totp.objects.get()
    assert plain.hex() != row.key
    for shown in (secret, secret.lower(), plain.hex(), *codes, *(c.replace("-", "") for c in codes)):
        assert shown not in rows
    assert code_of(base64.b32encode(bytes.fromhex(row.key)).decode()) != code_of(secret)


@pytest.mark.parametrize(
    ("text", "roles"), [("", 0), ("all", 7), ("releasing_chief", 1), (" legal_reviewer , auditor,", 2)]
)
def test_setting_names_roles(text: str, roles: int) -> None:
    from review.settings import roles_named

    assert len(roles_named(text)) == roles


def test_setting_with_an_unknown_role_is_refused(home: Path) -> None:
    from review.settings import factor_roles_of, roles_named

    with pytest.raises(HomeInvalid, match="chieff"):
        roles_named("chieff")
    with pytest.raises(HomeInvalid):
        factor_roles_of(home)
    (home / "mingjing.toml").write_text('second_factor_roles = "auditor"\n', "utf-8")
    assert factor_roles_of(home) == "auditor"


def test_several_are_signed_with_one_code(home: Path) -> None:
    from review import desk

    one, two = submitted(), submitted(period="2025", run_key="r2")
    secret, _ = enrol("sec")
    shown = {r: ("section", hash_of(r)) for r in (one, two)}
    done = desk.return_several("sec", PASSWORD, shown, "口径有误", code=code_of(secret, 1))
    assert set(done.values()) == {"returned"}
    assert [(d["data"]["factor"], d["data"]["together"]) for d in lines("decided")] == [("totp", 2)] * 2


@pytest.fixture(autouse=True)
def _no_role_asks_afterwards() -> Any:
    yield
    ask_of()
