"""Exercises that answer back: how an author writes them is told in `bakery.lessons`."""

from bakery.checking.answers import Answer
from bakery.checking.describing import described
from bakery.checking.lesson import Lesson
from bakery.checking.mistakes import Wrong
from bakery.checking.run import Reply, Run, Served, expect
from bakery.checking.verdicts import Note, Verdict

__all__ = ["Answer", "Lesson", "Note", "Reply", "Run", "Served", "Verdict", "Wrong", "described", "expect"]
