"""Every contract's own examples give exactly the block and hold findings that it says."""

import pytest

from flows.examples import example_problems
from flows.library import read_contracts, read_packs

CONTRACTS = read_contracts(None)


@pytest.mark.slow
@pytest.mark.parametrize("dataset", sorted(CONTRACTS))
def test_examples_give_what_they_expect(dataset: str) -> None:
    assert list(example_problems(CONTRACTS[dataset], read_packs(None))) == []


@pytest.mark.parametrize("dataset", sorted(CONTRACTS))
def test_contract_has_a_clean_and_a_faulty_example(dataset: str) -> None:
    examples = CONTRACTS[dataset].examples
    assert any(not e.expect for e in examples)
    assert any(e.expect for e in examples)
