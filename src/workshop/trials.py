"""What is tried on the tasks of a lesson before a reader tries them: `tests/lessons/waiting.md`, read strictly.

The file begins with the lesson's title and a block of Python: what the notebook has defined before. Each exercise and
each prediction of the paper has the same heading here. An **exercise** is tried with other right answers and with
tempting wrong ones, each with words that the verdict must have. An answer is a whole cell, or what differs from the
solution: lines that go (`-`), lines that come in their place (`+`), and as many of those around them, with a space
before each, as make it plain where. An empty line stands between two places.

    ## exercise: three_cakes

    - right: with a task group

    ```python
    async def three_cakes():
        async with asyncio.TaskGroup() as group:
            ...
    ```

    - wrong: one after another

    ```diff
    -    return await asyncio.gather(bake(), bake(), bake())
    +    return [await bake(), await bake(), await bake()]
    ```

A **prediction** is tried with something that was seen (an expression, or a block of Python that defines `seen`) and
with wrong guesses, each with words of the verdict:

    ## prediction: standing

    - seen: simulate(cakes=3, mixing=0, baking=1)
    - wrong 1: three times too few
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bakery.checking.markdown import Block, Fault, PaperError, Scan
from bakery.checking.paper import ExercisePaper, Paper, TaskPaper
from bakery.checking.starters import not_python, parse
from bakery.counting import form

RIGHT = 5
"""How many other right answers an exercise has at least, each in a style of its own."""

TEMPTING = 8
"""How many wrong answers an exercise has at least."""

HEADING = re.compile(r"(?P<kind>\w+): +(?P<name>\w+)")
LABEL = re.compile(r"(?P<label>right|wrong|seen)(?: (?P<value>\S+))?(?:: +(?P<words>\S.*))?")
LABELS = {
    "exercise": "`- right: …`, `- wrong: …`",
    "prediction": "`- seen: …`, `- wrong 3: …`",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that is tried, from the line `line`: a cell, or what was seen, or (as an expression) a guess."""

    line: int
    words: str
    """What the verdict must have in it."""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What is tried on one task."""

    line: int
    right: tuple[Trial, ...] = ()
    wrong: tuple[Trial, ...] = ()
    seen: tuple[Trial, ...] = ()


@dataclass(frozen=True, slots=True)
class Trials:
    """What is tried on a lesson. `before` is what its notebook has defined."""

    file: str
    before: str
    tried: Mapping[str, Tried]


def read(path: Path, paper: Paper) -> Trials:
    """The trials in a file, for the tasks of a paper.

    Raises `PaperError` with everything that is not understood, and `OSError`.
    """
    return understood(path.read_text(encoding="utf-8"), f"tests/lessons/{path.name}", paper)


def understood(text: str, file: str, paper: Paper) -> Trials:
    """The trials in a text; `file` is its name. Raises `PaperError`."""
    scan = Scan(text, file)
    faults = list(scan.faults)
    reading = Reading(file, paper, faults)
    headings = [
        place for place, block in enumerate(scan.blocks) if (block.kind, block.mark) == ("heading", "##")
    ]
    first = scan.blocks[: headings[0] if headings else None]
    before = reading.before(first)
    tried: dict[str, Tried] = {}
    for start, end in zip(headings, [*headings[1:], len(scan.blocks)], strict=False):
        task = reading.task(scan.blocks[start])
        if task and task.name in tried:
            reading.fault(
                scan.blocks[start].line, f"{task.name} is tried in line {tried[task.name].line} already"
            )
        elif task:
            tried[task.name] = reading.tried(task, scan.blocks[start], scan.blocks[start + 1 : end])
    if faults:
        raise PaperError(sorted(faults))
    return Trials(file, before, tried)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a file; what is not understood is added to `faults`."""

    file: str
    paper: Paper
    faults: list[Fault]

    def fault(self, line: int, says: str) -> None:
        """Note what is wrong in a line."""
        self.faults.append(Fault(self.file, line, says))

    def before(self, blocks: Sequence[Block]) -> str:
        """The code that stands before the first heading of a task."""
        if not blocks or (blocks[0].kind, blocks[0].mark) != ("heading", "#"):
            self.fault(1, f"the file begins with `# {self.paper.title}`")
        elif blocks[0].text != self.paper.title:
            self.fault(blocks[0].line, f"the title is `# {self.paper.title}`, as on the paper")
        for block in blocks[1:]:
            if block.kind != "code":
                self.fault(
                    block.line, f"{block.told} has no place here: only what the notebook has defined before"
                )
        return "\n".join(self._python(block) for block in blocks[1:] if block.kind == "code")

    def task(self, heading: Block) -> TaskPaper | None:
        """The task that a heading names."""
        match = HEADING.fullmatch(heading.text)
        task = self.paper.tasks.get(match["name"]) if match else None
        if match and task and match["kind"] == task.kind and task.kind in LABELS:
            return task
        tasks = [task for task in self.paper.tasks.values() if task.kind in LABELS]
        known = {task.name: f"## {task.kind}: {task.name}" for task in tasks}
        near = difflib.get_close_matches(heading.text.rpartition(" ")[2], known, n=1)
        meant = f" Did you mean `{known[near[0]]}`?" if near else ""
        self.fault(heading.line, f"the paper has no exercise or prediction `## {heading.text}`.{meant}")
        return None

    def tried(self, task: TaskPaper, heading: Block, below: Sequence[Block]) -> Tried:
        """What is tried below a heading: a label, then a block of code where it needs one."""
        found: dict[str, list[Trial]] = {"right": [], "wrong": [], "seen": []}
        blocks = list(below)
        while blocks:
            block = blocks.pop(0)
            match = LABEL.fullmatch(block.text) if block.kind == "item" else None
            if not match or (match["label"] == "seen") > (task.kind == "prediction"):
                self.fault(
                    block.line, f"{block.told} without a label: one of {LABELS[task.kind]} comes first"
                )
                continue
            code = blocks.pop(0) if blocks and blocks[0].kind == "code" else None
            trial = Trial(block.line, match["words"] or "")
            found[match["label"]].append(self._trial(task, match, trial, code))
        return Tried(heading.line, **{label: tuple(several) for label, several in found.items()})

    def _trial(self, task: TaskPaper, match: re.Match[str], trial: Trial, code: Block | None) -> Trial:
        label, value = match["label"], match["value"]
        if label == "seen" and not value and bool(trial.words) != bool(code):
            return replace(trial, code=self._python(code) if code else f"seen = {trial.words}")
        if label == "wrong" and task.kind == "prediction" and value and not code:
            return replace(trial, code=value)
        if label != "seen" and isinstance(task, ExercisePaper) and code and not value:
            return replace(trial, code=self._answer(task, code))
        wanted = {
            "seen": "`- seen: …` has an expression, or a block of Python below it",
            "wrong": "`- wrong 3: …` has the guess before the colon, and no block",
        }
        says = wanted.get(label, "") if task.kind == "prediction" else ""
        self.fault(
            trial.line, says or f"`- {label}: …` has a block of Python or a `diff` below it, and no value"
        )
        return trial

    def _python(self, block: Block) -> str:
        if block.mark != "python":
            self.fault(block.line, "a block of code begins with three backticks and `python`")
        elif parse(block.text) is None:
            line, says = not_python(block.text, "block")
            self.fault(block.line + line, says)
        return block.text

    def _answer(self, task: ExercisePaper, block: Block) -> str:
        if block.mark != "diff":
            return self._python(block)
        lines = task.solution.split("\n")
        changes: list[tuple[int, int, list[str]]] = []
        for place, hunk in _hunks(block):
            strange = next((line for line in hunk if line[:1] not in {" ", "-", "+"}), None)
            old = [line[1:] for line in hunk if line[0] != "+"]
            spots = [at for at in range(len(lines)) if old and lines[at : at + len(old)] == old]
            if strange is not None:
                self.fault(place, f"a line of a change begins with ` `, `-` or `+`, not `{strange:.20}`")
            elif len(spots) != 1:
                self.fault(place, _nowhere(old, lines, len(spots)))
            else:
                changes.append((spots[0], len(old), [line[1:] for line in hunk if line[0] != "-"]))
        for at, length, new in sorted(changes, reverse=True):
            lines[at : at + length] = new
        return "\n".join(lines)


def _hunks(block: Block) -> Iterator[tuple[int, list[str]]]:
    """The parts of a change, between empty lines, each with its first line in the file."""
    hunk: list[str] = []
    for number, line in enumerate([*block.text.splitlines(), ""], start=block.line + 1):
        if line:
            hunk.append(line)
        elif hunk:
            yield number - len(hunk), hunk
            hunk = []


def _nowhere(old: Sequence[str], lines: Sequence[str], times: int) -> str:
    """Why a change does not fit the solution."""
    if not old:
        return "this change says not where: add a line of the solution, with a space before it"
    if times:
        return f"the solution has these lines {times} times: add a line around them, with a space before it"
    missing = next((line for line in old if line not in lines), old[0])
    near = difflib.get_close_matches(missing, lines, n=1, cutoff=0.5)
    meant = f" Did you mean `{near[0]}`?" if near else ""
    return f"the solution has no line `{missing}`{' there' if missing in lines else ''}.{meant}"


def _more(number: int, label: str, kind: str, how: str = "") -> Iterator[str]:
    """How many answers of a kind are missing, in words; none where there are enough."""
    if number > 0:
        yield f"{number} more {kind} {form(number, 'answer', 'answers')}{how}: `- {label}: …`"


def lacking(trials: Trials, paper: Paper, file: str) -> Iterator[Fault]:
    """What is not tried yet; `file` is that of the paper."""
    for name, task in paper.tasks.items():
        tried = trials.tried.get(name)
        if tried is None:
            if task.kind in LABELS:
                yield Fault(
                    file, task.line, f"{name} is not tried: `## {task.kind}: {name}` in {trials.file}"
                )
            continue
        for trial in tried.wrong:
            if not trial.words:
                yield Fault(trials.file, trial.line, "say which words the verdict must have: `- wrong: …`")
        if task.kind == "prediction":
            missing = [] if tried.seen else ["something that was seen: `- seen: …`"]
            missing += [] if tried.wrong else ["a wrong guess: `- wrong 3: …`"]
        else:
            missing = list(_more(RIGHT - len(tried.right), "right", "right", ", in another style"))
            missing += _more(TEMPTING - len(tried.wrong), "wrong", "tempting wrong")
        for one in missing:
            yield Fault(trials.file, tried.line, f"{name} needs {one}")
