"""One process can turn from one installation to another, and asks for the same one again without a stir."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from domain.errors import HomeInvalid
from tests.integration.review.conftest import Model
from tests.review_desk import PASSWORD, cheap_passwords, open_desk, published, receive

ROOT = Path(__file__).resolve().parents[3]


def test_configure_turns_to_another_home(
    home: Path, desk_url: str | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from review import ledger, queries
    from review.setup import configure

    receive()
    other = tmp_path_factory.mktemp("other")
    with cheap_passwords():
        open_desk(other, people=False)
    assert (queries.releases(), ledger.home()) == ([], other)
    configure(home, database_url=desk_url)
    assert len(queries.releases()) == 1
    assert ledger.verify().ok


def test_configure_again_keeps_the_connection(home: Path, desk_url: str | None) -> None:
    from django.db import connection

    from review.setup import configure

    receive()
    kept = connection.connection
    configure(home, database_url=desk_url)
    assert connection.connection is kept
    assert kept is not None


def test_act_keeps_a_connection_that_answers_and_outlives_one_that_was_ended(home: Path, model: Model) -> None:
    from django.db import connection

    from review import ledger

    receive(period="1", run_key="1")
    kept = connection.connection
    receive(period="2", run_key="2")
    if model.server is not None:
        import psycopg

        assert connection.connection is kept
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        with psycopg.connect(model.server.conninfo(), autocommit=True) as other:
            assert other.execute(end, [model.copy_name]).fetchall() == [(True,)]
    receive(period="3", run_key="3")
    assert connection.connection is not kept
    assert ledger.verify().ok


def test_configure_without_keys(tmp_path: Path) -> None:
    from review.setup import configure

    with pytest.raises(HomeInvalid):
        configure(tmp_path)


def test_migrate_twice(home: Path) -> None:
    from review import ledger
    from review.setup import migrate

    receive()
    migrate()
    assert ledger.verify().entries > 1


def test_upgrade_keeps_cases_and_what_was_said_and_its_guards(home: Path) -> None:
    from django.core.management import call_command
    from django.db import DatabaseError, transaction

    from review import desk, ledger
    from review.case_steps import CaseKind
    from review.models import CaseRecord, CaseWord

    case = desk.open_case(CaseKind.REPORT, published(), date(2026, 12, 1), text="有误", about="1")
    desk.answer_case(case, "op", PASSWORD, "已更正")
    before = [*CaseRecord.objects.values(), *CaseWord.objects.values()]
    assert len(before) == 2
    call_command("migrate", "review", "0012_plans_of_sides", verbosity=0)
    call_command("migrate", "review", verbosity=0)
    assert [*CaseRecord.objects.values(), *CaseWord.objects.values()] == before
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseWord.objects.update(text="别的")
    desk.close_case(case, "conf", PASSWORD, "已核实")
    assert ledger.verify().ok


def test_setup_imports_no_django() -> None:
    code = "import sys, review.setup, review.keys, review.lifecycle, review.permissions; print([m for m in sys.modules if m.startswith('django')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_queue_and_releases_ask_few_queries(home: Path) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from review import queries

    for number in range(3):
        receive(period=str(number), run_key=str(number))
    with CaptureQueriesContext(connection) as few:
        assert len(queries.releases(as_user="auditor")) == 3
    assert len(few) <= 5
