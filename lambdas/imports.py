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


class DeferredModule(ModuleType):
    """A module that becomes a loaded one when it is asked for an attribute that it does not have.

    ``importlib.util.LazyLoader`` would load it at the second import statement, which asks for the attribute ``__spec__``.
    """

    def __getattr__(self, name: str) -> Any:
        """Load the module, and return its attribute."""
        self.__class__ = ModuleType  # type: ignore[assignment]  # Python allows it for modules
        spec = self.__spec__
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module(self)
        return getattr(self, name)
