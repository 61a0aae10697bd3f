"""The servers that sources are pulled from, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import PostgresServer, S3Server, postgres_server, s3_server


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server
