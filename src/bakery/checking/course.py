"""The map of the series: which exercises are done in each notebook, and what is next."""

from collections.abc import Callable, Iterable
from pathlib import Path

from bakery.checking import progress as memory
from bakery.checking.lesson import Lesson
from bakery.checking.verdicts import Note
from bakery.counting import counted


class Progress:
    """The map of the series: `progress()` says what is done and what is next.

    `progress.save("my_progress.json")` writes it to a file of yours, `progress.restore("my_progress.json")` takes
    it up again, on this machine or another one. Nothing is sent anywhere.
    """

    def __init__(self, lessons: Callable[[], Iterable[Lesson]]) -> None:
        """Be the map of these lessons; they are asked for when the map is shown."""
        self._lessons = lessons

    def __call__(self) -> Note:
        """What is done in each notebook, and what is next."""
        finished = memory.done()
        lines: list[str] = []
        following = ""
        for lesson in sorted(self._lessons(), key=lambda lesson: lesson.name):
            done = [one for one in lesson.names if one in finished.get(lesson.name, set())]
            left = [one for one in lesson.names if one not in done]
            lines.append(_line(lesson, len(done), len(left)))
            if left and not following:
                following = f"Next: `{left[0]}` in {lesson.title}."
        said = following or "All done. The bakery is yours."
        return Note(said, "\n".join(lines), memory.trouble())

    def save(self, file: str | Path) -> Note:
        """Write progress to a file of yours: a new one, or one that holds progress already."""
        try:
            path = memory.write(file)
        except memory.Refused as refusal:
            return Note(str(refusal))
        return Note(
            f"Saved in `{path}`. Keep that file; `progress.restore` takes it up again.", "", memory.trouble()
        )

    def restore(self, file: str | Path) -> Note:
        """Take up the progress in a file of yours; what is done already stays done."""
        try:
            found = memory.given(file)
        except memory.Refused as refusal:
            return Note(str(refusal))
        memory.take_up(found)
        count = sum(map(len, found.values()))
        return Note(f"Restored: {counted(count, 'exercise')} done.", "", memory.trouble())


def _line(lesson: Lesson, done: int, left: int) -> str:
    """One notebook's line of the map.

    It holds no number before the notebook is begun: the stored page of `00`, which shows the map, is then the same
    however many tasks the others have.
    """
    sign = "\N{WHITE CIRCLE}" if left else "\N{CHECK MARK}"
    far = f"{done} of {done + left} done" if done else "not begun"
    return f"{sign} {lesson.name[:2]} {lesson.title}: {far}"
