"""The workshop's commands, which `make` calls: `python -m workshop build`, and the rest that `--help` tells."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from bakery.checking.markdown import PaperError
from bakery.checking.progress import FILE
from bakery.working_copy import CopyError
from workshop.building import build_all, check_all, say
from workshop.class_links import LEARNERS, known, links, origin, settle
from workshop.comparing import read_rules
from workshop.editions import write_editions
from workshop.learners import write as write_learners
from workshop.lesson_check import lacks
from workshop.new_lesson import Wanted, write
from workshop.places import MARK, Places, WorkshopError, notebooks, repository, wanted
from workshop.project import write as write_derived
from workshop.pyproject import ProjectError

OTHERS = {
    "derived": ("workshop.project", "write the files and pages that follow from others"),
    "pins": ("workshop.pins", "find new versions for pins.txt, of all packages or of some"),
    "site": ("workshop.site.__main__", "build the site for the browser, show it, or list its packages"),
}
"""Commands of rooms that have a command line of their own: the room, and what is said about it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 where all is well, 1 where it is not."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in OTHERS:
        return int(import_module(OTHERS[words[0]][0]).main(words[1:]))
    given = parser().parse_args(words)
    try:
        return int(given.run(given))
    except (WorkshopError, PaperError, ProjectError, CopyError) as error:
        say(str(error), sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """The commands and what each wants to know."""
    made = argparse.ArgumentParser(prog="python -m workshop", description="Make and check notebooks.")
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    several = {
        "build": (build, "execute notebooks and store their outputs"),
        "check": (check, "say what a build would mend, without executing anything"),
        "editions": (editions, "write the solved and the blank notebooks"),
    }
    for name, (run, says) in several.items():
        command = commands.add_parser(name, help=says, description=says)
        command.add_argument("notebooks", nargs="*", help="names, numbers or files; default: all")
        command.set_defaults(run=run)
    command = commands.add_parser("lesson", help="write the files of a new lesson")
    command.add_argument("name", help="such as 08_everyday_quart")
    command.add_argument("--title", required=True, help='such as "Everyday Quart"')
    command.add_argument("--level", required=True, type=int, help="0 to 6")
    command.add_argument("--minutes", required=True, type=int, help="for somebody who does the exercises")
    command.set_defaults(run=lesson)
    command = commands.add_parser(
        "address", help="settle the repository's address: this one's origin, or another"
    )
    command.add_argument("url", nargs="?", default="", help="such as https://github.com/OWNER/NAME")
    command.set_defaults(run=settle_address)
    command = commands.add_parser("links", help="print the links that a class can be given")
    command.add_argument("--hub", default="", help="the address of your JupyterHub")
    command.add_argument("--site", default="", help="where the site is served, if not on GitHub's pages")
    command.set_defaults(run=class_links)
    command = commands.add_parser("learners", help="bring the branch `learners` up to date")
    command.set_defaults(run=learners)
    command = commands.add_parser("lesson-check", help="say what a lesson still lacks, in seconds")
    command.add_argument("name", help="such as 08_everyday_quart, or 08")
    command.set_defaults(run=lesson_check)
    for name, (_, says) in OTHERS.items():
        commands.add_parser(name, help=says)
    return made


def asked(given: argparse.Namespace) -> list[Path]:
    """The notebooks that a command is about."""
    root = repository(Path.cwd())
    return [wanted(root, one) for one in given.notebooks] or notebooks(root)


def build(given: argparse.Namespace) -> bool:
    """Execute and write; whether something went wrong."""
    return not asyncio.run(build_all(asked(given), read_rules(repository(Path.cwd()) / MARK)))


def check(given: argparse.Namespace) -> bool:
    """Only look; whether there is something to mend."""
    return not check_all(asked(given))


def editions(given: argparse.Namespace) -> bool:
    """Write the other editions."""
    for place in write_editions(asked(given)):
        say(place.relative_to(place.parents[2]).as_posix())
    return False


def lesson(given: argparse.Namespace) -> bool:
    """Write a new lesson, and say how to go on."""
    places = Places(repository(Path.cwd()), given.name)
    for line in write(Wanted(places, given.title, given.level, given.minutes)):
        say(line)
    if (places.root / "pyproject.toml").is_file():
        for name in write_derived(places.root):
            say(f"{name}: written anew")
    say(f"Now write its words; `make lesson-check NAME={given.name}` names those that are missing.")
    return False


def settle_address(given: argparse.Namespace) -> bool:
    """Write the repository's address wherever it is needed."""
    root = repository(Path.cwd())
    changed = settle(root, given.url or origin(root))
    say(f"written: {', '.join(changed) or 'nothing, all was up to date'}")
    return False


def class_links(given: argparse.Namespace) -> bool:
    """Print a link for every way in which a class can begin."""
    for what, link in links(known(repository(Path.cwd())), given.hub, given.site):
        say(f"{what}:\n  {link}")
    return False


def learners(_given: argparse.Namespace) -> bool:
    """Bring the branch for tools that pull up to date."""
    commit = write_learners(repository(Path.cwd()))
    say(f"{LEARNERS}: {commit[:12]}" if commit else f"{LEARNERS}: nothing new")
    return False


def lesson_check(given: argparse.Namespace) -> bool:
    """Say what a lesson lacks; whether it lacks anything."""
    start = time.perf_counter()
    os.environ[FILE] = "off"  # nothing that is tried here is progress of the author's
    root = repository(Path.cwd())
    name = given.name if not given.name.isdigit() else wanted(root, given.name).stem
    found = lacks(Places(root, name))
    for fault in found:
        say(str(fault))
    took = f"{time.perf_counter() - start:.1f} s"
    count = "nothing is missing" if not found else f"{len(found)} thing{'s' if len(found) > 1 else ''} to do"
    say(f"{name}: {count} ({took})")
    return bool(found)


if __name__ == "__main__":
    raise SystemExit(main())
