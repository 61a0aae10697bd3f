"""Publishing talks to the catalogue of its own installation, never to whoever holds the port."""

from pathlib import Path

import pytest

from domain.errors import CatalogueUnreachable
from flows.catalogue import catalogue_for, start_embedded, token_file
from flows.home import Home
from tests.servers import free_port


def _home(root: Path, port: int) -> Home:
    home = Home(root, catalogue_port=port)
    for folder in (home.keys, home.run):
        folder.mkdir(parents=True)
    token_file(home).write_text("a-token-of-sixteen-or-more", "utf-8")
    return home


def test_catalogue_of_another_installation_is_not_taken_for_ours(tmp_path: Path) -> None:
    port = free_port()
    theirs, ours = _home(tmp_path / "theirs", port), _home(tmp_path / "ours", port)
    process = start_embedded(theirs)
    try:
        with catalogue_for(theirs) as known:
            known.begin()
        assert process.poll() is None
        with pytest.raises(CatalogueUnreachable, match="change catalogue_port"), catalogue_for(ours):
            pass
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_catalogue_is_started_for_as_long_as_it_is_needed(tmp_path: Path) -> None:
    home = _home(tmp_path / "ours", free_port())
    with catalogue_for(home) as client:
        assert client.look("status_show", {})
    with catalogue_for(home) as client:
        assert client.look("status_show", {})
