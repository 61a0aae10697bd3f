"""Modules that are loaded when something is first asked of them, not before.

Great Expectations imports libraries for charts and statistics that no rule of ours uses; loading them is a third of what its
import costs. `importlib.util.LazyLoader`, put into sys.modules, doesn't help: an `import` statement asks a module for its `__spec__`,
which makes it load. What is put off here behaves as always once it is used.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any


class Later(ModuleType):
    """Stands in sys.modules for a module until an attribute is wanted of it; then it holds that module's."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # those that matter to the import system are set; no other is worth loading for
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        real = importlib.import_module(self.__name__)
        self.__dict__.update(real.__dict__)
        return getattr(real, name)


def put_off(name: str) -> None:
    """Let the next import of `name` give a `Later`; nothing happens where it is loaded already, or isn't installed."""
    spec = None if name in sys.modules else find_spec(name)
    if spec is None:
        return
    module = Later(name)
    module.__spec__, module.__loader__, module.__file__ = spec, spec.loader, spec.origin
    if spec.submodule_search_locations is not None:
        module.__path__ = spec.submodule_search_locations
    sys.modules[name] = module
