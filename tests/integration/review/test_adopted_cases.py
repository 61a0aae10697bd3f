"""Cases about a catalogue of others: when one is opened, whose it is, what ends it, who is told, and that the ledger proves it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from domain.errors import (
    LedgerBroken,
    MingjingError,
    NotPermitted,
    ReleaseNotFound,
    ReviewerHasDecided,
    TransitionRefused,
)
from tests.adopted_looks import AGAIN, DUE, URL, cases, changed, record, seat_everywhere
from tests.review_desk import PASSWORD


@pytest.fixture(autouse=True)
def seated(home: Path) -> None:
    del home
    seat_everywhere()


def opened(*changes: dict[str, object]) -> str:
    """The one case of a night."""
    record(*(changes or [changed("budget")]))
    [(case, _, _)] = cases()
    return case


def answer(case: str, person: str = "op") -> None:
    from review import desk

    desk.answer_case(case, person, PASSWORD, "已向主办方核实")


def close(case: str, person: str = "conf") -> None:
    from review import desk

    desk.close_case(case, person, PASSWORD, "已核实")


def told(kind: str) -> list[str]:
    """Whom every notice of the kind went to, after telling what there is to tell."""
    from review import desk
    from review.models import NoticeFor

    while desk.tell():
        pass
    found = NoticeFor.objects.filter(notice__kind=kind).order_by("pk")
    return list(found.values_list("user__username", flat=True))


def events() -> list[str]:
    from review.models import LedgerEntry

    return list(LedgerEntry.objects.filter(event__startswith="case-").order_by("seq").values_list("event", flat=True))


def test_changes_of_one_dataset_are_one_case_and_the_same_the_next_night_is_none() -> None:
    from review import ledger
    from review.cases import find

    tonight = [changed("budget"), changed("budget", file="2.csv"), changed("land", "adopted-missing", None)]
    record(*tonight)
    assert [(dataset, status) for _, dataset, status in cases()] == [("budget", "open"), ("land", "open")]
    row = find(cases()[0][0])
    assert (row.due_on, row.unit_id, row.release_id) == (DUE, None, None)
    [finding] = row.findings
    assert (finding["code"], finding["count"], [p["locator"] for p in finding["places"]]) == (
        "adopted-bytes-differ", 2, ["1.csv", "2.csv"],
    )  # fmt: skip
    record(*tonight)
    assert len(cases()) == 2
    assert events() == ["case-opened", "case-opened"]
    assert ledger.verify().ok


def test_more_of_a_dataset_goes_to_the_case_that_is_not_closed() -> None:
    from review.cases import find

    case = opened()
    answer(case)
    record(changed("budget"), changed("budget", file="2.csv"), changed("budget", "adopted-file-new", "3.csv"))
    assert cases() == [(case, "budget", "open")]
    assert [(f["code"], f["count"]) for f in find(case).findings] == [
        ("adopted-bytes-differ", 2),
        ("adopted-file-new", 1),
    ]
    answer(case)
    close(case)
    assert cases() == [(case, "budget", "closed")]


def test_what_was_closed_stands_quietly_and_changes_anew_in_a_new_case() -> None:
    case = opened()
    answer(case)
    close(case)
    record(changed("budget"))
    assert cases() == [(case, "budget", "closed")]
    record(changed("budget", now="other bytes"))
    assert [(dataset, status) for _, dataset, status in cases()] == [("budget", "closed"), ("budget", "open")]


def test_changes_of_before_there_were_cases_get_one() -> None:
    from review.models import AdoptedCatalogue

    case = opened()
    row = AdoptedCatalogue.objects.get()
    row.changes = [{k: v for k, v in c.items() if k != "case"} for c in row.changes]
    row.save()
    answer(case)
    close(case)
    assert record(changed("budget"))["fresh"] == 0
    assert [status for _, _, status in cases()] == ["closed", "open"]


def test_a_catalogue_emptied_at_once_is_one_case() -> None:
    record(*(changed(f"d{n}", "adopted-missing", None) for n in range(21)))
    [(case, dataset, _)] = cases()
    from review.cases import find

    [finding] = find(case).findings
    assert (dataset, finding["count"], finding["places"][20]["table"]) == ("", 21, "d20")


def test_a_catalogue_that_is_away_is_one_case_each_time_it_goes() -> None:
    from review.cases import find

    for _ in range(2):
        record(fault="catalogue-unreachable")
    [(case, dataset, status)] = cases()
    assert (dataset, status, [f["code"] for f in find(case).findings]) == ("", "open", ["adopted-away"])
    answer(case)
    record()
    assert cases() == [(case, "", "answered")]
    record(fault="catalogue-unreachable")
    assert cases() == [(case, "", "open")]


def test_adopting_again_settles_what_is_open_and_a_person_closes_it() -> None:
    from review import desk

    case = opened()
    record(on=AGAIN)
    assert cases() == [(case, "budget", "answered")]
    record(on=AGAIN)
    assert events() == ["case-opened", "case-settled"]
    with pytest.raises(NotPermitted):
        close(case, "op")
    desk.reopen_case(case, "conf", PASSWORD, "没有说清", date(2026, 12, 9))
    record(on=AGAIN)
    assert cases() == [(case, "budget", "open")], "one adoption settles it once"
    answer(case)
    close(case)


def test_a_closed_case_is_not_settled_and_a_change_under_the_new_baseline_is_found() -> None:
    first = opened()
    answer(first)
    close(first)
    record(changed("land"))
    record(changed("land"), on=AGAIN)
    assert [(dataset, status) for _, dataset, status in cases()] == [("budget", "closed"), ("land", "open")]
    assert events()[-2:] == ["case-settled", "case-continued"]


def test_two_people_who_may_in_every_department_and_nobody_else() -> None:
    case = opened()
    for person in ("op2", "stranger", "both", "auditor", "admin"):
        with pytest.raises(NotPermitted):
            answer(case, person)
    with pytest.raises(TransitionRefused):
        close(case)
    answer(case, "conf")
    with pytest.raises(ReviewerHasDecided):
        close(case, "conf")
    for person in ("op", "both", "stranger"):
        with pytest.raises(NotPermitted):
            close(case, person)
    close(case, "chief")


@pytest.mark.parametrize(
    ("person", "sees"), [("op", True), ("auditor", True), ("sec", False), ("stranger", False), ("admin", False)]
)
def test_case_is_seen_by_whoever_sees_every_department(person: str, sees: bool) -> None:
    from django.utils import timezone

    from review import reading
    from review.cases import find, matching, seen_by

    case = opened()
    mine = matching(seen_by(reading.office(person), person, timezone.now()))
    assert list(mine.values_list("public_id", flat=True)) == ([case] if sees else [])
    if not sees:
        with pytest.raises(ReleaseNotFound):
            find(case, person)


def test_people_are_told_once_by_the_look_and_then_by_what_is_done() -> None:
    case = opened()
    assert sorted(told("adopted_changed")) == ["chief", "conf", "op"]
    assert told("case") == []
    record(changed("budget"))
    answer(case, "conf")
    assert len(told("adopted_changed")) == 3
    assert told("case_answered") == ["chief"]
    record(on=AGAIN)
    assert sorted(told("case_answered")) == ["chief", "chief", "conf"]


def test_overdue_is_told_once_and_its_notice_leads_to_the_case() -> None:
    from review import adopted, desk
    from review.models import Notice

    record(changed("budget"), due_on=date(2026, 11, 2))
    [(case, _, _)] = cases()
    for _ in range(2):
        desk.tell_overdue_cases([case])
    assert sorted(told("case_overdue")) == ["chief", "conf", "op"]
    line = Notice.objects.get(kind="case_overdue").line
    assert adopted.named_in([line])[line] == adopted.Named(URL, case)


def test_where_nobody_may_answer_the_administrators_are_told() -> None:
    from review import desk, queries

    for person, unit in (("op", "data_bureau"), ("conf", "confidentiality_office"), ("chief", "government_office")):
        seats = next(u for u in queries.users() if u["username"] == person)["seats"]
        desk.revoke(next(int(s["seat"]) for s in seats if s["unit"] == unit), actor="admin")
    opened()
    assert told("adopted_changed") == ["admin"]


def test_the_ledger_names_no_dataset_and_no_file() -> None:
    from review.models import LedgerEntry

    case = opened(changed("secret-budget", file="secret-file.csv"))
    answer(case)
    close(case)
    lines = " ".join(LedgerEntry.objects.values_list("body", flat=True))
    assert case in lines
    assert not [word for word in ("secret-budget", "secret-file", "已核实") if word in lines]


def forge(event: str, actor: str, case: str) -> None:
    """A line of the right chain that tells of what nobody was allowed to do."""
    from review import transaction
    from review.cases import find

    with transaction.page() as page:
        page.write(event, actor, case=case, due_on=DUE.isoformat(), text_sha256="0" * 64, **find(case).subject.said)


@pytest.mark.parametrize(
    ("forged", "actor"), [("case-answered", "stranger"), ("case-settled", "conf"), ("case-opened", "system")]
)
def test_no_case_is_closed_over_a_forged_line(forged: str, actor: str) -> None:
    from review import ledger

    case = opened()
    forge(forged, actor, case)
    assert ledger.verify().ok, "the chain holds: it is what the line tells of that doesn't"
    answer(case)
    with pytest.raises(LedgerBroken):
        close(case)
    assert cases()[0][2] == "answered"


@pytest.mark.parametrize("change", [{"answered_by": None}, {"foreign_dataset": "land"}, {"status": "answered"}])
def test_no_case_is_closed_that_the_tables_have_otherwise(change: dict[str, object]) -> None:
    from review.models import CaseRecord

    case = opened()
    if "status" not in change:
        answer(case)
    CaseRecord.objects.filter(public_id=case).update(**change)
    with pytest.raises(LedgerBroken):
        close(case)


def test_a_case_is_about_a_release_or_a_catalogue() -> None:
    from django.db import IntegrityError, transaction

    from review.models import CaseRecord

    case = opened()
    for change in ({"catalogue": ""}, {"unit_id": "finance"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseRecord.objects.filter(public_id=case).update(**change)


def test_cases_of_a_catalogue_that_is_watched_no_more_are_ended_by_people() -> None:
    from review import desk
    from review.cases import find, plain

    case = opened()
    desk.forget_adopted(())
    said = plain(find(case))
    assert (said["release"], said["catalogue"], said["dataset"], said["department"]) == (None, URL, "budget", None)
    answer(case)
    close(case)
    assert json.dumps(said)


def test_refused_steps_are_written_down() -> None:
    from review.models import LedgerEntry

    case = opened()
    with pytest.raises(MingjingError):
        answer(case, "stranger")
    last = json.loads(LedgerEntry.objects.order_by("-seq").values_list("body", flat=True)[0])
    assert (last["event"], last["actor"], last["data"]["act"]) == ("refused", "stranger", "answer_case")
