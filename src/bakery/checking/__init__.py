"""Exercises that answer back: how an author writes them is told in `bakery.lessons`."""

from .answer import Answer
from .course import progress
from .lesson import Lesson
from .run import Reply, Run, Visit, expect
from .verdict import Note, Verdict

__all__ = ["Answer", "Lesson", "Note", "Reply", "Run", "Verdict", "Visit", "expect", "progress"]
