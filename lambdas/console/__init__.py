"""The console's function."""

from lambdas.imports import import_models

import_models()
