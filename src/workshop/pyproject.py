"""What pyproject.toml says, and the error of whoever finds a file of the repository that does not say what it should."""

import tomllib
from pathlib import Path
from typing import Any


class ProjectError(Exception):
    """A file of the repository that does not say what it should."""


def settings(root: Path) -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
