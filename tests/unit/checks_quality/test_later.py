"""Modules that are put off: not loaded by Great Expectations, and as always once they are used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from checks.quality.later import put_off


def said(program: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_great_expectations_loads_neither_charts_nor_statistics() -> None:
    program = (
        "import sys\nfrom checks.quality.run import warm\nwarm()\n"
        "print('great_expectations' in sys.modules, 'altair.vegalite' in sys.modules, 'scipy.stats._stats_py' in sys.modules)"
    )
    assert said(program) == "True False False"


@pytest.mark.parametrize(
    "use",
    ["from scipy import stats; print(round(stats.norm.cdf(1), 4))", "import scipy.stats; print(round(scipy.stats.norm.cdf(1), 4))",
     "import scipy.stats as s; import sys; s.norm; print(round(sys.modules['scipy.stats'].norm.cdf(1), 4))"],
)  # fmt: skip
def test_what_was_put_off_works_when_it_is_used(use: str) -> None:
    program = f"from checks.quality.run import warm; warm(); {use}"
    assert said(program) == "0.8413"


def test_submodules_are_found_while_the_module_is_put_off() -> None:
    program = "from checks.quality.run import warm; warm(); from altair.utils import data; import altair; print(altair.Chart.__name__, data.__name__)"
    assert said(program) == "Chart altair.utils.data"


def test_what_is_loaded_or_missing_stays_as_it_is() -> None:
    put_off("json")
    put_off("there_is_no_such_module")
    assert type(sys.modules["json"]).__name__ == "module"
    assert "there_is_no_such_module" not in sys.modules
