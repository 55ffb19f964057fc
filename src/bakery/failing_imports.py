"""Imports that fail: what to say below the error, where a package is not installed or a file of the reader's hides it."""

import sys
from pathlib import Path
from types import ModuleType

from bakery.doctor import INSTALL, OF_SOME, RESTART, Signs, hidden, hiding_files


def why(error: ImportError | AttributeError) -> str:
    """What to say below this error: of an import, or of a module that has no such name; "" where nothing is known."""
    if isinstance(error, AttributeError):
        module = error.obj
        name, file = (module.__name__, _file(module)) if isinstance(module, ModuleType) else ("", "")
    else:
        name, file = error.name or "", error.path or ""
    said = missing(name) if isinstance(error, ModuleNotFoundError) else ""
    return (name and hiding(name, file)) or said


def _file(module: ModuleType) -> str:
    return str(getattr(module, "__file__", None) or "nowhere")


def missing(module: str) -> str:
    """What to say where an import does not find a module that some notebooks need; "" for any other module."""
    package = OF_SOME.get(module.partition(".")[0])
    return f"{package} is not installed where this runs. {INSTALL}\n{RESTART}" if package else ""


def hiding(module: str = "", found: str = "") -> str:
    """What to say where an import fails because a file hides a package, or this very module; "" where none does.

    Where it is known, `found` is the file that Python has taken for it: no other one is named then.
    """
    name = module.partition(".")[0]
    files = tuple(file for file in hidden() if not name or name in {Path(file).stem, Path(file).parent.name})
    if found:
        files = tuple(file for file in files if Path(file).expanduser().resolve() == Path(found).resolve())
    trouble = hiding_files(Signs(python=sys.version_info[:3], versions={}, hidden=files))
    return f"{trouble.what}\n{trouble.remedy}" if trouble else ""
