"""The sanitisers hide what honestly varies, and no more."""

import re
from pathlib import Path

import pytest
from making import new, outputs, shown, stream
from nbformat import NotebookNode
from nbval.plugin import get_sanitize_patterns  # type: ignore[import-untyped]

from bakery.picture.timeline import timeline
from bakery.trace import Span, Trace
from workshop.comparing import read_rules, sanitised, still_holds

SANITISERS = Path(__file__).parents[1] / "sanitize.cfg"
RULES = read_rules(SANITISERS)


# The sanitisers


def test_as_many_rules_are_read_as_are_written_and_nbval_reads_the_same() -> None:
    text = SANITISERS.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert len(RULES) == sum(line.startswith("regex:") for line in lines)
    assert len(RULES) == sum(line.startswith("replace:") for line in lines)
    assert get_sanitize_patterns(text) == [(regex.pattern, replacement) for regex, replacement in RULES]


SAMPLES = {
    "seconds": ("took 1.02 s, then 12.50 s.", "took N s, then N s.", "6 s, 0.3 s, 1.025 s, 2.98 times, 1.02 sorts"),
    "address": ("http://127.0.0.1:4711/cake", "http://127.0.0.1:PORT/cake", "127.0.0.1 and 127.0.0.2:80"),
    "version": ("quart 0.22.0, Python 3.11.7.", "quart X.Y.Z, Python X.Y.Z.", "127.0.0.1, 3.11, 1.2.3.4"),
    "memory": ("<coroutine bake at 0x7f00aa12b3c4>", "<coroutine bake at 0xADDRESS>", "0xff and 0x12"),
    "cell": ("/tmp/ipykernel_123/456.py:1: Warning", "CELL.py:1: Warning", "/tmp/kernel_123/456.py ipykernel"),
    "length": ('<rect x="12.30" width="0.40"/>', '<rect x="N" width="N"/>', '<rect x="12.3" y="40" rx="1.234"/>'),
    "shape": ('<path d="M1.20 4 L-3.40 4"/>', '<path d="N"/>', '<path d="M1.2 4 L3 4" id="1.20" points="1.234,5"/>'),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "sample"), list(zip(RULES, SAMPLES.values(), strict=True)), ids=SAMPLES)
def test_each_rule_changes_its_sample_and_leaves_a_near_miss_alone(
    rule: tuple[re.Pattern[str], str], sample: tuple[str, str, str]
) -> None:
    given, expected, near_miss = sample
    assert sanitised(given, (rule,)) == expected
    assert sanitised(near_miss, RULES) == near_miss


def queue(first: float, second: float, *, simulated: bool = False) -> str:
    """The picture of two orders, one after the other, that took so many seconds."""
    spans = (
        Span("order 1", "serve", 0.0, first),
        Span("order 2", "wait", 0.0, first),
        Span("order 2", "serve", first, first + second),
    )
    return sanitised(timeline(Trace(spans, simulated=simulated)).svg, RULES)


def test_pictures_of_measured_time_may_differ_in_their_lengths_and_in_nothing_else() -> None:
    assert queue(1.01, 1.0) == queue(1.07, 1.12)
    assert queue(1.01, 1.0) != queue(1.01, 2.0)


def test_pictures_of_simulated_time_may_not_differ() -> None:
    assert queue(1.0, 1.0, simulated=True) != queue(1.0, 1.25, simulated=True)


# What still holds


def holds(stored: NotebookNode, fresh: NotebookNode) -> bool:
    return still_holds(outputs(stored), outputs(fresh), RULES)


def test_an_output_holds_if_only_what_honestly_varies_is_different() -> None:
    assert holds(stream("stdout", "in 1.02 s\n"), stream("stdout", "in 1.34 s\n"))
    assert not holds(stream("stdout", "in 6 s\n"), stream("stdout", "in 7 s\n"))
    assert not holds(stream("stdout", "same"), stream("stderr", "same"))
    assert holds(shown(text__html="<b>1.00 s</b>"), shown(text__html="<b>2.00 s</b>"))
    assert not holds(shown(text__html="one"), shown(text__plain="one"))


def test_an_error_holds_if_name_words_and_own_lines_are_the_same() -> None:
    def failure(words: str, *frames: str) -> NotebookNode:
        made: NotebookNode = new.new_output("error", ename="ValueError", evalue=words, traceback=list(frames))
        return made

    own = "Cell In[1], line 1\n----> 1 bake()"
    assert holds(
        failure("no", own, "File a/b.py:1, in f"), failure("no", own, "File a/b.py:2, in f", "File c.py:3")
    )
    assert not holds(failure("no", own), failure("yes", own))
    assert not holds(failure("no", own), failure("no", own.replace("1", "2")))
