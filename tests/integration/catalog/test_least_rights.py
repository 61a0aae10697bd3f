"""A token of a mere editor of the organization does all that publishing needs on a real CKAN."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.inspect import inspect
from domain.errors import CatalogueRefused
from tests.catalogue_release import ROWS, prepare
from tests.integration.catalog.acts import assert_whole, put, shown, take
from tests.integration.catalog.conftest import Backend

pytestmark = pytest.mark.server


def test_editor_publishes_corrects_and_withdraws(editor: Backend, tmp_path: Path) -> None:
    contract = editor.contract()
    wrong, right = (
        prepare(tmp_path, contract=contract),
        prepare(tmp_path, contract=contract, tables={"main": ROWS[:1]}, revision=2),
    )
    put(editor, wrong)
    assert_whole(editor, wrong)
    put(editor, wrong)
    put(editor, right)
    assert_whole(editor, right)
    assert inspect(editor.client(), manifest=right.manifest, metadata=right.metadata).findings == ()
    assert all(row["gone"] for row in take(editor, right))


def test_editor_of_another_organization_is_refused(ckan: Backend, editor: Backend, tmp_path: Path) -> None:
    other = f"other-{editor.run}"
    ckan.hand("organization_create", name=other)
    contract = editor.contract(catalogue={"organization": other})
    with pytest.raises(CatalogueRefused, match="package_create"):
        put(editor, prepare(tmp_path, contract=contract))
    assert shown(editor, contract) is None
