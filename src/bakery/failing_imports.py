"""Imports that fail: what to say below the error, where a package is not installed or a file of the reader's hides it."""

import sys
from pathlib import Path

from bakery.doctor import INSTALL, OF_SOME, RESTART, Signs, hidden, hiding_files


def missing(module: str) -> str:
    """What to say where an import does not find a module that some notebooks need; "" for any other module."""
    package = OF_SOME.get(module.partition(".")[0])
    return f"{package} is not installed where this runs. {INSTALL}\n{RESTART}" if package else ""


def hiding(module: str = "") -> str:
    """What to say where an import fails because a file hides a package, or this very module; "" where none does."""
    name = module.partition(".")[0]
    files = tuple(file for file in hidden() if not name or name in {Path(file).stem, Path(file).parent.name})
    trouble = hiding_files(Signs(python=sys.version_info[:3], versions={}, hidden=files))
    return f"{trouble.what}\n{trouble.remedy}" if trouble else ""
