"""The command line at the desk: codes of a second factor, a second person's word, a person's address. Real commands, real desk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from domain.errors import (
    HomeInvalid,
    MingjingError,
    ReviewerHasDecided,
    SecondFactorMissing,
    SignatureRefused,
    UsageInvalid,
)
from flows.cli import build
from flows.home import create_home
from tests.adopted_looks import DUE, URL, cases, changed, record
from tests.review_desk import PASSWORD, cheap_disk, cheap_passwords, checked, events, open_desk, published, submitted
from tests.second_factor import ask_of, code_of, enrol


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    from review.setup import close

    root = tmp_path / "home"
    monkeypatch.delenv("MINGJING_DATABASE_URL", raising=False)
    monkeypatch.setenv("MINGJING_HOME", str(root))
    create_home(root)
    with cheap_passwords(), cheap_disk():
        open_desk(root)
        yield root
    ask_of()
    close()


def call(*words: str, lines: tuple[str, ...] = (PASSWORD,), raises: type[MingjingError] | None = None) -> Result:
    """Run the command; what stands on standard input are password and code."""
    done = CliRunner().invoke(build(), list(words), input="".join(f"{line}\n" for line in lines))
    assert isinstance(done.exception, raises) if raises else done.exit_code == 0, done.exception
    return done


def status(release: str) -> str:
    from review import queries

    return str(queries.show(release)["status"])


def withdrawn() -> str:
    from review import desk

    release = published(findings=[])
    desk.withdraw(release, "chief", PASSWORD, "内容需要核实")
    desk.record_withdrawn(release, {"addresses": []})
    return release


def test_signing_reads_the_code_from_the_second_line(home: Path) -> None:
    release = checked(findings=[])
    secret, codes = enrol("op")
    words = ("submit", release, "--as", "op", "--password-stdin")
    call(*words, raises=SignatureRefused)
    call(*words, lines=(PASSWORD, "000000x"), raises=SignatureRefused)
    assert status(release) == "checked"
    call(*words, lines=(PASSWORD, code_of(secret, 1)))
    assert status(release) == "in_review"
    _, codes = enrol("sec")
    decide = (
        "decide",
        release,
        "--as",
        "sec",
        "--stage",
        "section",
        "--verdict",
        "return",
        "--reason",
        "口径有误",
        "--password-stdin",
    )
    call(*decide, raises=SignatureRefused)
    done = call(*decide, lines=(PASSWORD, codes[0]))
    assert status(release) == "returned"
    assert codes[0] not in done.output


def test_withdrawing_asks_for_the_code_before_anything_else(home: Path) -> None:
    release = published(findings=[])
    enrol("chief")
    words = ("withdraw", release, "--as", "chief", "--reason", "内容需要核实", "--password-stdin")
    call(*words, raises=SignatureRefused)
    assert status(release) == "published"


def test_role_that_needs_a_factor_is_told_by_the_setting(home: Path) -> None:
    """mingjing.toml alone says so, to the command line too."""
    release = checked(findings=[])
    mark = home / "mingjing.toml"
    plain = mark.read_text("utf-8")
    mark.write_text(plain.replace('second_factor_roles = ""', 'second_factor_roles = "operator"'), "utf-8")
    call("submit", release, "--as", "op", "--password-stdin", raises=SecondFactorMissing)
    assert status(release) == "checked"
    mark.write_text(plain.replace('second_factor_roles = ""', 'second_factor_roles = "operators"'), "utf-8")
    call("submit", release, "--as", "op", "--password-stdin", raises=HomeInvalid)
    mark.write_text(plain, "utf-8")
    call("submit", release, "--as", "op", "--password-stdin")
    assert status(release) == "in_review"


def test_factor_is_shown_and_taken_away_by_the_owners_shell(home: Path) -> None:
    assert json.loads(call("user", "factor", "sec", "--json").stdout) == {
        "user": "sec",
        "has": False,
        "needs": False,
        "recovery_codes": 0,
    }
    secret, codes = enrol("sec")
    shown = call("user", "factor", "sec", "--json").output
    assert json.loads(shown) == {"user": "sec", "has": True, "needs": False, "recovery_codes": 10}
    assert not [c for c in (secret, *codes) if c in shown]
    call("user", "factor", "sec", "--reset")
    assert json.loads(call("user", "factor", "sec", "--json").stdout)["has"] is False
    assert events()[-1] == "factor-reset"
    call("user", "factor", "sec", "--reset", raises=UsageInvalid)


@pytest.mark.parametrize(("verb", "after"), [("confirm", "withdrawn"), ("reverse", "approved")])
def test_second_person_by_command(home: Path, verb: str, after: str) -> None:
    release = withdrawn()
    listed: list[dict[str, Any]] = json.loads(call("withdrawal", "list", "--json").stdout)
    assert [(w["release"], w["by"], w["reason"]) for w in listed] == [(release, "chief", "内容需要核实")]
    words = ("withdrawal", verb, release, "--reason", "核实无误", "--password-stdin", "--as")
    call(*words, "chief", raises=ReviewerHasDecided)
    call(*words, "conf", lines=("wrong password",), raises=SignatureRefused)
    done = call(*words, "conf", "--json")
    assert json.loads(done.stdout)["status"] == after == status(release)
    assert json.loads(call("withdrawal", "list", "--json").stdout) == []
    assert release in call("show", release, "--json").output


def test_reversing_needs_a_reason(home: Path) -> None:
    release = withdrawn()
    done = CliRunner().invoke(
        build(), ["withdrawal", "reverse", release, "--as", "conf", "--password-stdin"], input=PASSWORD
    )
    assert done.exit_code == 2
    call("withdrawal", "reverse", release, "--as", "conf", "--reason", " ", "--password-stdin", raises=UsageInvalid)
    assert status(release) == "withdrawn"


def test_second_person_gives_the_code_too(home: Path) -> None:
    release = withdrawn()
    secret, _ = enrol("conf")
    words = ("withdrawal", "confirm", release, "--as", "conf", "--password-stdin")
    call(*words, raises=SignatureRefused)
    from tests.integration.review.test_factors import wait_out

    wait_out("conf")
    call(*words, lines=(PASSWORD, code_of(secret, 1)))
    assert events(release)[-1] == "withdrawal-confirmed"


def test_address_for_notices(home: Path) -> None:
    from review.models import LedgerEntry, User

    call("user", "email", "sec", "sec@example.gov.cn")
    assert User.objects.get(username="sec").email == "sec@example.gov.cn"
    call("user", "email", "sec", "no address", raises=UsageInvalid)
    call("user", "email", "nobody", "x@example.gov.cn", raises=UsageInvalid)
    call("user", "email", "sec")
    assert User.objects.get(username="sec").email == ""
    assert not LedgerEntry.objects.filter(body__contains="example.gov.cn").exists()
    assert submitted(findings=[])


def test_cases_of_adopted_catalogues_are_listed_beside_those_of_releases(home: Path) -> None:
    from review import desk
    from review.case_steps import CaseKind

    release = published(findings=[])
    of_ours = desk.open_case(CaseKind.REPORT, release, DUE, text="第三行有误", about="report:1")
    record(changed("budget"))
    [(case, _, _)] = cases()
    found = {row["case"]: row for row in json.loads(call("cases", "--json").stdout)}
    assert (found[case]["kind"], found[case]["catalogue"], found[case]["dataset"]) == ("adopted", URL, "budget")
    assert (found[case]["release"], found[of_ours]["release"], found[of_ours]["catalogue"]) == (None, release, None)
    shown = call("cases").stdout
    assert [word for word in (case, of_ours, "接管的目录有变化", "公众反映") if word not in shown] == [], shown
