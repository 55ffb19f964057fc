"""The settings of a project: pytest awaits tests, and what is installed has another name."""

import ast
import re
import tomllib

from bakery.moving.plan import Plan
from bakery.moving.reading import Project, Setting
from bakery.moving.scopes import Function
from bakery.moving.spreading import Spread

SECTIONS = {
    "pytest.ini": ("[pytest]",),
    ".pytest.ini": ("[pytest]",),
    "pyproject.toml": ("[tool.pytest.ini_options]", "[tool.pytest]"),
    "tox.ini": ("[pytest]",),
    "setup.cfg": ("[tool:pytest]",),
}
DEPENDENCY = re.compile(r"(?im)^[^#\n]*?(?<![\w.-])flask(?![\w.-])(\[\w+\])?")


def write_settings(project: Project, spread: Spread, plan: Plan) -> None:
    """Tell pytest to await tests and fixtures, where some became async; and name what has to be installed."""
    awaited = [function for function in spread.asynced if spread.knowledge.takes_fixtures(function)]
    if any(not _in_case(function, spread) for function in awaited):
        _tell_pytest(project, _scope(awaited), plan)
    _name_dependencies(project, plan, tests=bool(awaited))


def _in_case(function: Function, spread: Spread) -> bool:
    """Whether unittest runs it, which awaits by itself."""
    owner = function.owner
    return owner is not None and any(
        base.name.startswith("unittest.") for base in spread.knowledge.bases(owner)
    )


def _scope(functions: list[Function]) -> str:
    """How long one event loop has to last: for the whole session where a fixture outlives its test."""
    for function in functions:
        for node in function.decorators:
            for keyword in node.keywords if isinstance(node, ast.Call) else ():
                if keyword.arg == "scope" and ast.unparse(keyword.value) != "'function'":
                    return "session"
    return "function"


def _tell_pytest(project: Project, scope: str, plan: Plan) -> None:
    wanted = {"asyncio_mode": "auto", "asyncio_default_fixture_loop_scope": scope}
    if scope == "session":
        wanted["asyncio_default_test_loop_scope"] = scope
    for setting in project.settings:
        header = next((one for one in SECTIONS.get(setting.path, ()) if _has_section(setting, one)), None)
        if header is not None:
            if "asyncio_mode" not in setting.text:
                plan.files[setting.path] = _below(setting, header, wanted)
            return
    if any(setting.path == "pytest.ini" for setting in project.settings):
        return
    lines = [f"{name} = {value}" for name, value in wanted.items()]
    plan.files["pytest.ini"] = "\n".join(["[pytest]", *lines, ""])


def _has_section(setting: Setting, header: str) -> bool:
    if setting.path == "pyproject.toml":
        try:
            tomllib.loads(setting.text)
        except tomllib.TOMLDecodeError:
            return False
    return any(line.strip() == header for line in setting.text.splitlines())


def _below(setting: Setting, header: str, wanted: dict[str, str]) -> str:
    """The settings with new lines below the head of a section."""
    quote = '"' if setting.path == "pyproject.toml" else ""
    lines = setting.text.splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if line.strip() == header)
    ends = "\r\n" if lines[place].endswith("\r\n") else "\n"
    lines[place] = lines[place].rstrip("\r\n") + ends
    new = [f"{name} = {quote}{value}{quote}{ends}" for name, value in wanted.items()]
    return "".join([*lines[: place + 1], *new, *lines[place + 1 :]])


def _name_dependencies(project: Project, plan: Plan, *, tests: bool) -> None:
    """Which versions go together is for a person to decide."""
    for setting in project.settings:
        found = DEPENDENCY.search(setting.text)
        if found and not setting.path.endswith(("tox.ini", "pytest.ini")):
            line = setting.text.count("\n", 0, found.end()) + 1
            more = ", and `pytest-asyncio` beside pytest" if tests else ""
            plan.said(
                setting.path, line, "Flask is named as something to install", f"`quart` in its place{more}"
            )
