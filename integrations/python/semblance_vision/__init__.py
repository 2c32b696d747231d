"""Semblance from Python: read its studies, log training runs, write features, call its command line.

    import semblance_vision as sv

    study = sv.classes(model, labels="imagenet-1k")      # weights alone; a module, a state dict, an array or a file
    study = sv.compare({"a": a, "b": b}, loader)         # which images are alike to each network
    study = sv.training("runs/mine")                     # how class similarity grew in a logged run
    study = sv.read_study("semblance-studies/mine")
    study.tables["classes/models/mine/ranking"]          # a DataFrame where pandas is installed
    study.show()                                         # the whole app in a notebook cell

NumPy is all that it needs. Reading studies, logging and writing features need nothing else; `classes`, `compare`,
`training` and `show` call the command line `semblance` (Node), which is looked for as `find_command` says.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

if TYPE_CHECKING:
    from .analyse import classes, compare, training
    from .command_line import CommandError, find_command
    from .features import FeatureWriter, content_id, patch_geometry, patch_ids, patches
    from .layers import suggest_layers
    from .logger import SemblanceLogger
    from .onnx_export import export_onnx
    from .study import Curves, Model, Study, read_study

# Where each public name lives: a module is loaded when its name is first asked for.
_PLACES = {
    "analyse": ("classes", "compare", "training"),
    "command_line": ("CommandError", "find_command"),
    "features": ("FeatureWriter", "content_id", "patch_geometry", "patch_ids", "patches"),
    "layers": ("suggest_layers",),
    "logger": ("SemblanceLogger",),
    "onnx_export": ("export_onnx",),
    "study": ("Curves", "Model", "Study", "read_study"),
}
_MODULES = {name: module for module, names in _PLACES.items() for name in names}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module("." + _MODULES[name], __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
