"""Publishing talks to the catalogue of its own installation, never to whoever holds the port."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from domain.errors import CatalogueUnreachable
from flows.catalogue import catalogue_for, one_at_a_time, start_embedded, token_file
from flows.home import Home, create_home
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


def test_catalog_sweep_says_what_it_would_do(tmp_path: Path) -> None:
    home = create_home(tmp_path / "home")
    token_file(home).write_text("a-token-of-sixteen-or-more", "utf-8")
    command = [sys.executable, "-m", "flows.cli", "catalog", "sweep", "--home", str(home.root)]
    owner = {"name": "finance-bureau", "title": "财政局"}
    draft = {"name": "draft", "owner_org": "finance-bureau", "private": True}
    with catalogue_for(home) as client:
        client.act("organization_create", owner)
        extras = [{"key": "contract_id", "value": "finance.x"}, {"key": "publishing", "value": "0" * 64}]
        client.act("package_create", draft | {"extras": extras, "resources": [{"name": "a", "url": "a.csv"}]})
        done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
        assert (done.returncode, json.loads(done.stdout)) == (0, [])
    wrong = subprocess.run([*command, "--files", str(tmp_path)], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "storage_path" in wrong.stderr


def test_second_publisher_of_a_dataset_waits_for_the_first(tmp_path: Path) -> None:
    home = _home(tmp_path / "ours", free_port())
    with one_at_a_time(home, "finance.budget"):
        with one_at_a_time(home, "finance.debt"):
            pass
        with pytest.raises(CatalogueUnreachable, match="another process"), one_at_a_time(home, "finance.budget", 0.2):
            pytest.fail("two at once")
    with one_at_a_time(home, "finance.budget", 0.2):
        pass
