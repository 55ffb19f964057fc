"""How the paper of a lesson is understood: `bakery.checking.paper` tells what may stand in it, this room what does not.

All faults are found in one reading, each with its line, so that an author mends them in one go.
"""

import difflib
import keyword
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_lowercase

from bakery.checking import starters
from bakery.checking.markdown import Block, Fault, PaperError, Scan
from bakery.checking.paper import Choice, ExercisePaper, Paper, PredictionPaper, QuizPaper, TaskPaper
from bakery.trace import Trace

TASK = re.compile(r"(?P<kind>\w+): +(?P<name>\w+)")
CHOICE = re.compile(r'\[(?P<mark>[ x])\] +(?:"(?P<letter>\w+)": +)?(?P<text>\S.*)')
FIELD = re.compile(r"(?P<label>[a-z]+)(?P<value> \S+)?: +(?P<words>\S.*)")
PATH = re.compile(r"[a-z_]\w*(\.[a-z_]\w*)*")

FIELDS: Mapping[str, tuple[str, ...]] = {
    "exercise": ("hint", "right"),
    "prediction": ("answer", "unit", "within", "seen", "if"),
    "quiz": (),
}
"""The labels of list items that each kind of task knows."""


def read(path: Path) -> Paper:
    """The paper in a file. Raises `PaperError` with everything that is wrong in it, and `OSError`."""
    return understood(path.read_text(encoding="utf-8"), path.name)


def understood(text: str, file: str) -> Paper:
    """The paper in a text; `file` is its name. Raises `PaperError`."""
    scan = Scan(text, file)
    faults = list(scan.faults)

    def fault(line: int, says: str) -> None:
        faults.append(Fault(file, line, says))

    title, *sections = _sections(scan.blocks, fault)
    tasks: dict[str, TaskPaper] = {}
    for section in sections:
        task = _task(section, fault)
        if task and task.name in tasks:
            fault(task.line, f"the name {task.name} stands in line {tasks[task.name].line} already")
        elif task:
            tasks[task.name] = task
    if faults:
        raise PaperError(sorted(faults))
    return Paper(file, title[0].text, tasks)


Tell = Callable[[int, str], None]
"""Takes a line and what is wrong there."""


def _sections(blocks: Sequence[Block], fault: Tell) -> list[list[Block]]:
    """The title alone, then each heading of a task with what stands below it."""
    if not blocks or blocks[0].kind != "heading" or blocks[0].mark != "#":
        fault(blocks[0].line if blocks else 1, "the file begins with `# Title`")
        return [[]]
    sections = [[blocks[0]]]
    for block in blocks[1:]:
        if block.kind == "heading" and block.mark == "##":
            sections.append([block])
        elif block.kind == "heading":
            fault(block.line, f"a task has a heading of two `#`, as in `## quiz: {_name(block.text)}`")
        elif len(sections) == 1:
            fault(block.line, f"{block.told} that belongs to no task: a heading comes first")
        else:
            sections[-1].append(block)
    return sections


def _name(words: str) -> str:
    """Words as a name of Python."""
    return re.sub(r"\W+", "_", words.lower()).strip("_") or "name"


def _task(section: Sequence[Block], fault: Tell) -> TaskPaper | None:
    heading, *below = section
    match = TASK.fullmatch(heading.text)
    if not match or match["kind"] not in KINDS:
        kind, _, name = heading.text.rpartition(":")
        near = difflib.get_close_matches(kind.strip().lower(), KINDS, n=1) or ["exercise"]
        fault(
            heading.line,
            f"a heading is one of `## exercise: …`, `## prediction: …`, `## quiz: …`, and a name of one word. "
            f"Did you mean `## {near[0]}: {_name(name)}`?",
        )
        return None
    if keyword.iskeyword(match["name"]) or not match["name"].isidentifier():
        fault(heading.line, f"{match['name']} is not a name that Python allows")
    return KINDS[match["kind"]](Section(match["kind"], match["name"], heading.line, below, fault))


@dataclass
class Section:
    """What stands below a heading, sorted by what it is; faults are told when it is made."""

    kind: str
    name: str
    line: int
    below: Sequence[Block]
    fault: Tell
    code: list[Block] = field(default_factory=list)
    prose: list[Block] = field(default_factory=list)
    fields: list[tuple[int, str, str, str]] = field(default_factory=list)
    """Line, label, value and words."""
    choices: dict[str, Choice] = field(default_factory=dict)

    def __post_init__(self) -> None:
        several: list[tuple[Block, re.Match[str]]] = []
        for block in self.below:
            if block.kind == "item":
                choice = None if self.kind == "exercise" else CHOICE.fullmatch(block.lines[0])
                several += [(block, choice)] if choice else []
                if not choice:
                    self._field(block)
            else:
                (self.code if block.kind == "code" else self.prose).append(block)
        for block in self.code:
            if block.mark != "python":
                self.fault(block.line, "a block of code begins with three backticks and `python`")
        if several:
            self._choose(several)

    def _field(self, block: Block) -> None:
        labels = FIELDS[self.kind]
        match = FIELD.fullmatch(block.text)
        label = match["label"] if match else block.text.partition(":")[0]
        if match and label in labels and bool(match["value"]) == (label == "if"):
            self.fields.append((block.line, label, (match["value"] or "").strip(), match["words"]))
            return
        known = [f"`- {one} 3: …`" if one == "if" else f"`- {one}: …`" for one in labels]
        known += ["`- [ ] …`", "`- [x] …`"] if self.kind != "exercise" else []
        near = difflib.get_close_matches(label.split(" ")[0].lower(), labels, n=1)
        meant = f" Did you mean `- {near[0]}{' 3' if near[0] == 'if' else ''}: …`?" if near else ""
        self.fault(block.line, f"a list item of this {self.kind} is one of {', '.join(known)}.{meant}")

    def _choose(self, several: Sequence[tuple[Block, re.Match[str]]]) -> None:
        """Name the choices."""
        named = [match["letter"] for _, match in several if match["letter"]]
        line = several[0][0].line
        if named and (len(named) < len(several) or self.kind == "quiz"):
            self.fault(line, "either every choice of a prediction has a name in quotation marks, or none has")
        if len(several) > len(ascii_lowercase):
            self.fault(line, f"at most {len(ascii_lowercase)} choices have a letter")
        if len(set(named)) < len(named):
            self.fault(line, "two choices have the same name")
        letters = named if len(named) == len(several) else ascii_lowercase
        for letter, (block, match) in zip(letters, several, strict=False):
            feedback = " ".join(block.lines[1:])
            self.choices[letter] = Choice(block.line, match["text"], feedback, match["mark"] == "x")
        right = sum(match["mark"] == "x" for _, match in several)
        if len(several) < 2 or right != 1:
            self.fault(
                line, f"two choices or more are wanted, one of them with `[x]`: {len(several)} and {right}"
            )

    def one(self, label: str) -> str:
        """The words of a field that may be there once."""
        found = [(line, words) for line, known, _, words in self.fields if known == label]
        for line, _ in found[1:]:
            self.fault(line, f"`{label}` stands there already")
        return found[0][1] if found else ""

    def number(self, label: str, default: float = 0.0) -> float:
        """A field that is a number."""
        said = self.one(label)
        number = _number(said) if said else default
        if number is None:
            line = next(line for line, known, _, _ in self.fields if known == label)
            self.fault(line, f"`{label}` is a number, not {said}")
        return default if number is None else number

    def no(self, blocks: Sequence[Block], says: str) -> None:
        """Tell that these have no place here."""
        for block in blocks:
            self.fault(block.line, says)

    @property
    def reason(self) -> str:
        """The prose, paragraph by paragraph; its absence is told."""
        if not self.prose:
            self.fault(self.line, f"{self.name} has no reason: prose that says why")
        return "\n\n".join(block.text for block in self.prose)


def _exercise(section: Section) -> ExercisePaper | None:
    if len(section.code) != 1:
        section.fault(
            section.line,
            f"{section.name} needs one block of Python, the solved cell; it has {len(section.code)}",
        )
        return None
    block = section.code[0]
    for line, says in starters.faults(block.text, section.name):
        section.fault(block.line + line, says)
    section.no([one for one in section.prose if one.line < block.line], "the reason stands below the Python")
    hints = tuple(words for _, label, _, words in section.fields if label == "hint")
    if not hints:
        section.fault(section.line, f"{section.name} has no hint: `- hint: …`")
    return ExercisePaper(section.name, section.line, section.reason, block.text, hints, section.one("right"))


def _prediction(section: Section) -> PredictionPaper | None:
    right = [letter for letter, choice in section.choices.items() if choice.right]
    answer = section.one("answer")
    if bool(answer) == bool(section.choices):
        section.fault(section.line, f"{section.name} needs either `- answer: 3` or choices")
    elif answer:
        section.number("answer")
    for line, label, _, _ in section.fields if section.choices else ():
        if label in {"unit", "within", "if"}:
            section.fault(line, f"`{label}` belongs to a number, and this prediction has choices")
    for choice in section.choices.values():
        if choice.right and choice.feedback:
            section.fault(choice.line, "the right choice needs no words below it: the reason is said")
    return PredictionPaper(
        section.name,
        section.line,
        section.reason,
        answer=f'"{right[0]}"' if right else answer,
        unit=section.one("unit"),
        within=section.number("within"),
        seen=_seen(section),
        because=dict(_because(section)),
        choices=section.choices,
        text=_one_cell(section),
    )


def _seen(section: Section) -> str:
    """The path to what was to be predicted."""
    path = section.one("seen")
    line = next((line for line, label, _, _ in section.fields if label == "seen"), 0)
    if path and not PATH.fullmatch(path):
        section.fault(line, f"`seen` is a name with attributes, as in `trace.bakes_long`, not `{path}`")
    head, _, attributes = path.partition(".")
    first = attributes.partition(".")[0]
    if head == "trace" and first and not hasattr(Trace, first):
        near = difflib.get_close_matches(first, dir(Trace), n=1)
        meant = f" Did you mean `trace.{near[0]}`?" if near else ""
        section.fault(line, f"a trace has no `{first}`.{meant}")
    return path


def _because(section: Section) -> Iterator[tuple[float, str]]:
    told: set[float] = set()
    for line, label, value, words in section.fields:
        number = _number(value)
        if label == "if" and (number is None or number in told):
            section.fault(line, f"`if` needs a number of its own, as in `- if 3: …`, not {value}")
        elif label == "if" and number is not None:
            told.add(number)
            yield number, words


def _one_cell(section: Section) -> str:
    """The cell of a prediction that says, runs and checks in one."""
    section.no(section.code[1:], f"{section.name} has a block of Python already")
    if not section.code:
        return ""
    block, name = section.code[0], section.name
    tree = starters.parse(block.text)
    if tree is None:
        line, says = starters.not_python(block.text, "cell")
        section.fault(block.line + line, says)
    elif starters.given(block.text, name, "say") != ("...",) or not starters.ends_in(tree, name, "check"):
        section.fault(
            block.line,
            f"the cell of a prediction has one `ex.{name}.say(...)` and ends in `ex.{name}.check(…)`",
        )
    return block.text


def _quiz(section: Section) -> QuizPaper | None:
    section.no(section.code, "a quiz has no block of Python")
    first = next((block.line for block in section.below if block.kind == "item"), section.line)
    section.no([one for one in section.prose if one.line > first], "the question stands above the choices")
    if not section.prose:
        section.fault(section.line, f"{section.name} has no question")
    if not section.choices:
        section.fault(section.line, f"{section.name} has no choices: `- [ ] …`, and one `- [x] …`")
    for choice in section.choices.values():
        if not choice.feedback:
            section.fault(choice.line, f"“{choice.text}” has no feedback: a line below it, indented")
    question = " ".join(block.text for block in section.prose)
    return QuizPaper(section.name, section.line, "", question, section.choices)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


KINDS: Mapping[str, Callable[[Section], TaskPaper | None]] = {
    "exercise": _exercise,
    "prediction": _prediction,
    "quiz": _quiz,
}
"""How each kind of task is understood."""
