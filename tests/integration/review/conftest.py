"""A new installation for each test, on SQLite, and on PostgreSQL where it is installed; copied from one made per session."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.review_desk import cheap_disk, cheap_passwords, open_desk
from tests.servers import PostgresServer, postgres_server_in, swift_parent


@dataclass(frozen=True)
class Model:
    """An installation with units and people that tests copy."""

    home: Path
    server: PostgresServer | None = None
    database: str = ""

    def copy(self, home: Path) -> str | None:
        """Lay a copy into `home`; its database's URL, None for SQLite in the home."""
        shutil.copytree(self.home, home, dirs_exist_ok=True)
        if self.server is None:
            return None
        self.server.copy_database(self.database, self.copy_name)
        return self.server.url(self.copy_name, password=True, driver="postgresql")

    @property
    def copy_name(self) -> str:
        return f"{self.database}_copy"

    def drop(self) -> None:
        """Remove the copy's database again: a cluster full of copies is slow to stop."""
        if self.server is None:
            return
        import psycopg

        with psycopg.connect(self.server.conninfo(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{self.copy_name}" WITH (FORCE)'.encode())


def _laid(home: Path, server: PostgresServer | None = None) -> Model:
    from review.setup import close

    database = server.create_database() if server else ""
    url = server.url(database, password=True, driver="postgresql") if server else None
    with cheap_passwords():
        open_desk(home, url)
    close()
    return Model(home, server, database)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server_in(swift_parent()) as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return _laid(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def postgresql_model(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Model:
    return _laid(tmp_path_factory.mktemp("model"), postgres)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def model(request: pytest.FixtureRequest) -> Model:
    found: Model = request.getfixturevalue(f"{request.param}_model")
    return found


@pytest.fixture
def desk_url(model: Model, tmp_path: Path) -> Iterator[str | None]:
    """Database URL of this test's installation in `tmp_path`; None is SQLite."""
    yield model.copy(tmp_path)
    model.drop()


@pytest.fixture
def home(tmp_path: Path, desk_url: str | None) -> Iterator[Path]:
    """This process's desk, configured for this test's installation."""
    from review.setup import close, configure

    with cheap_passwords(), cheap_disk():
        configure(tmp_path, database_url=desk_url)
        yield tmp_path
    close()
