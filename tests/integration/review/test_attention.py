"""Taking a release on, giving it back, remarks, and the stage as a column: what the console's queue rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import MingjingError, NotPermitted, TransitionRefused, UsageInvalid
from domain.release import Verdict
from tests.review_desk import PASSWORD, decide, events, hash_of, published, submitted


def taker(release: str) -> str | None:
    from review.models import ReleaseRecord

    who = ReleaseRecord.objects.select_related("taken_by").get(public_id=release).taken_by
    return who.username if who else None


def test_taken_by_one_and_given_back(home: Path) -> None:
    from review import desk

    release = submitted()
    desk.take(release, "sec")
    desk.take(release, "sec")
    assert (taker(release), events(release).count("taken")) == ("sec", 1)
    with pytest.raises(TransitionRefused):
        desk.take(release, "sec2")
    with pytest.raises(TransitionRefused):
        desk.give_back(release, "sec2")
    desk.give_back(release, "sec")
    desk.take(release, "sec2")
    assert taker(release) == "sec2"


@pytest.mark.parametrize("person", ["op", "conf", "stranger", "auditor", "admin"])
def test_only_who_could_decide_takes(home: Path, person: str) -> None:
    from review import desk

    release = submitted()
    with pytest.raises(MingjingError):
        desk.take(release, person)
    assert taker(release) is None


def test_what_was_taken_can_still_be_decided_by_another(home: Path) -> None:
    from review import desk

    release = submitted()
    desk.take(release, "sec")
    decide(release, "sec2", "section")
    assert taker(release) is None


def test_remark_is_kept_beside_its_line_and_never_in_it(home: Path) -> None:
    from review import desk
    from review.models import LedgerEntry, Remark

    release = submitted()
    desk.remark(release, "op", "第三列口径已核对")
    assert [r.text for r in Remark.objects.all()] == ["第三列口径已核对"]
    assert not LedgerEntry.objects.filter(body__contains="口径").exists()
    with pytest.raises(NotPermitted):
        desk.remark(release, "auditor", "看过")
    with pytest.raises(NotPermitted):
        desk.remark(release, "stranger", "看过")
    with pytest.raises(UsageInvalid):
        desk.remark(release, "op", "电话 13800000000")


def test_remark_is_append_only(home: Path) -> None:
    from django.db import Error, connection, transaction

    from review import desk

    desk.remark(submitted(), "op", "第三列口径已核对")
    for statement in ("UPDATE review_remark SET text = 'x'", "DELETE FROM review_remark"):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_stage_column_follows_the_decisions(home: Path) -> None:
    from review import desk, reading
    from review.models import ReleaseRecord

    def stage(release: str) -> str:
        record = ReleaseRecord.objects.get(public_id=release)
        current = reading.case(record).current
        if record.status == "in_review":
            assert current is not None
            assert record.stage == current.name
        else:
            assert record.stage == ""
        return str(record.stage)

    release = submitted()
    assert stage(release) == "section"
    desk.recall(release, "op", PASSWORD)
    assert stage(release) == ""
    desk.submit(release, "op", PASSWORD)
    decide(release, "sec", "section")
    assert stage(release) == "confidentiality"
    decide(release, "conf", "confidentiality", "escalate")
    assert stage(release) == ""
    desk.answer_escalation(release, "conf", PASSWORD, authority="市国家保密局", answer="可以公开")
    assert stage(release) == "confidentiality"
    with pytest.raises(MingjingError):
        desk.decide(release, "sec", PASSWORD, "section", Verdict.APPROVE, release_hash=hash_of(release))
    assert stage(published(period="2025", run_key="other")) == ""
