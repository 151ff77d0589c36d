"""The first imports of a function that builds models: their order, and a package that they leave for later.

pydantic imports ``email_validator``, and with it ``idna``, as soon as a model has an e-mail address. scim2-models has one; the
models of this project take any text, so no request calls it.

Before Python 3.13, pydantic looks for the descriptions of a model's fields in all frames of the stack, and for each frame of an
import through all modules. The generic classes in scim2-server's annotations cost ten times as much when twenty modules import one
another to get there.
"""

import gc
import os
import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from threading import RLock
from types import ModuleType
from typing import Any

UNUSED = ("email_validator",)
"""Packages at the top level that others import and no function uses."""

MODELS = ("scim2_server.handler",)
"""What brings all generic classes of scim2-models and scim2-server."""

IN_A_FUNCTION = "AWS_LAMBDA_FUNCTION_NAME" in os.environ
"""Whether this process is a function's, and nothing but its handler is imported here. Lambda sets the variable."""

USUAL_THRESHOLDS = gc.get_threshold()

MANY = 1_000_000
"""More objects than an import makes. Next to none of them are garbage, and looking for it takes a fifteenth of the time."""


def import_models() -> None:
    """Import scim2-models and scim2-server. Call it before anything else imports them, from as few imports as possible.

    In a function, no garbage is collected until :func:`complete_imports`.
    """
    if IN_A_FUNCTION:
        gc.set_threshold(MANY)
    for name in UNUSED:
        defer(name)
    for name in MODELS:
        import_module(name)


def complete_imports() -> None:
    """Collect garbage as usual from here on, and never look for it among what was imported. Call it at the end of the import."""
    if IN_A_FUNCTION:
        gc.freeze()
        gc.set_threshold(*USUAL_THRESHOLDS)


def defer(name: str) -> None:
    """Make the import of a package return at once; it is loaded at the first use of one of its attributes.

    A package that is loaded stays as it is. One that is not installed stays so: importing it raises ImportError.
    """
    spec = None if name in sys.modules else find_spec(name)
    if spec is not None:
        module = module_from_spec(spec)
        module.__class__ = DeferredModule
        sys.modules[name] = module


_LOCK = RLock()
"""Held while a deferred module is loaded."""

_loading: set[str] = set()
"""The names of the modules that are being loaded, by the thread that holds the lock."""


class DeferredModule(ModuleType):
    """A module that becomes a loaded one when it is asked for an attribute that it does not have.

    ``importlib.util.LazyLoader`` would load it at the second import statement, which asks for the attribute ``__spec__``.
    """

    def __getattr__(self, name: str) -> Any:
        """Load the module, and return its attribute. Other threads wait for the load.

        :raises AttributeError: When the module does not have it.
        :raises Exception: What the module raised. It stays deferred: its next use loads it again.
        """
        with _LOCK:
            if self.__name__ in _loading:  # what the module itself asks while it loads
                raise AttributeError(f"partially loaded module {self.__name__!r} has no attribute {name!r}")
            if self.__class__ is DeferredModule:
                _load(self)
        return getattr(self, name)


def _load(module: ModuleType) -> None:
    """Execute a deferred module; when that fails, leave the module as it was."""
    before = dict(module.__dict__)
    spec = module.__spec__
    _loading.add(module.__name__)
    try:
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module(module)
    except BaseException:
        for added in module.__dict__.keys() - before.keys():
            del module.__dict__[added]
        module.__dict__.update(before)
        raise
    finally:
        _loading.discard(module.__name__)
    module.__class__ = ModuleType
