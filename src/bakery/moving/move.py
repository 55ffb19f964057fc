"""A move as a whole: from a project on Flask to its texts on Quart."""

import ast
import warnings
from typing import NamedTuple

from bakery.moving.arguments import write_arguments
from bakery.moving.awaiting import write_awaits
from bakery.moving.commands import write_commands
from bakery.moving.configuring import write_settings
from bakery.moving.extensions import name_extensions
from bakery.moving.imports import Library
from bakery.moving.learning import Knowledge
from bakery.moving.loose import name_loose_ends
from bakery.moving.plan import Plan, Remark
from bakery.moving.reading import MovingError, Project, Source
from bakery.moving.renaming import write_names
from bakery.moving.signatures import check_signatures
from bakery.moving.spreading import spread
from bakery.moving.suites import write_suites
from bakery.moving.traffic import name_differences, write_requests
from bakery.moving.waiting import name_blocking


class Move(NamedTuple):
    """What a move changes: the new text of every file that changes, what is left to a person, and how sure it is."""

    project: Project
    texts: dict[str, str]
    remarks: tuple[Remark, ...]
    awaits: int
    undecided: int


def frameworks(project: Project) -> set[str]:
    """Which of Flask and Quart the files of a project import."""
    found: set[str] = set()
    for source in project.sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add((node.module or "").partition(".")[0])
    return found & {"flask", "quart"}


def move(project: Project) -> Move:
    """The move of a project. It changes no file. Raises `MovingError` for anything that is no project."""
    if not isinstance(project, Project):
        raise MovingError(
            f"A project that was read is wanted, and not a {type(project).__name__}.\nDid you mean:  move(read(folder))"
        )
    library = Library(project)
    found = spread(Knowledge(library))
    plan = Plan(library)
    write_names(found.knowledge, plan)
    write_awaits(found, plan)
    write_arguments(found.knowledge, plan)
    write_requests(found, plan)
    check_signatures(found.knowledge, plan)
    write_commands(found, plan)
    write_suites(found, plan)
    write_settings(project, found, plan)
    name_loose_ends(found, plan)
    name_differences(found, plan)
    name_blocking(found, plan)
    name_extensions(found, plan)
    plan.finish()
    texts = dict(plan.files)
    for source in project.sources:
        text = plan.edits[source.path].applied(source.text)
        for edit in plan.edits[source.path].lost:
            line = source.text.count(source.newline, 0, edit.start) + 1
            plan.remark(
                source,
                line,
                f"`{edit.text.strip()}` found no place: two changes meet here",
                "look at this line",
            )
        if text != source.text and _compiles(source, text, plan):
            texts[source.path] = text
    return Move(project, texts, tuple(plan.remarks), plan.awaits, plan.undecided)


def _compiles(source: Source, text: str, plan: Plan) -> bool:
    """Whether a moved file is Python; one that is not is left as it was, and named."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, source.path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        plan.remark(
            source, line, f"this file was left: moved, it would be no Python ({error})", "move it by hand"
        )
        return False
    return True
