"""The map of the series: which exercises are done in each notebook, and what is next."""

import pkgutil
from importlib import import_module
from pathlib import Path

from bakery.checking import progress as memory
from bakery.checking.lesson import lessons
from bakery.checking.verdicts import Note


def import_lessons() -> None:
    """Import the lessons of all notebooks, so that they are known."""
    import bakery.lessons

    for module in pkgutil.iter_modules(bakery.lessons.__path__):
        import_module(f"bakery.lessons.{module.name}")


class Progress:
    """The map of the series: `progress()` says what is done and what is next.

    `progress.save("my_progress.json")` writes it to a file of yours, `progress.restore("my_progress.json")` takes
    it up again, on this machine or another one. Nothing is sent anywhere.
    """

    def __call__(self) -> Note:
        """What is done in each notebook, and what is next."""
        import_lessons()
        finished = memory.done()
        lines: list[str] = []
        following = ""
        for name, lesson in sorted(lessons.items()):
            mine = [one for one in lesson.names if one in finished.get(name, set())]
            sign = "\N{CHECK MARK}" if len(mine) == len(lesson.names) else "\N{WHITE CIRCLE}"
            lines.append(f"{sign} {name[:2]} {lesson.title}: {len(mine)} of {len(lesson.names)} done")
            left = [one for one in lesson.names if one not in mine]
            if left and not following:
                following = f"Next: `{left[0]}` in {lesson.title}."
        said = following or "All done. The bakery is yours."
        return Note(said, "\n".join(lines), memory.trouble())

    def save(self, file: str | Path) -> Note:
        """Write progress to a file of yours."""
        path = Path(file).expanduser()
        try:
            memory.write(path)
        except OSError as error:
            return Note(
                f"`{path}` could not be written ({error.strerror}). Nothing is lost; try another name."
            )
        return Note(f"Saved in `{path}`. Keep that file; `progress.restore` takes it up again.")

    def restore(self, file: str | Path) -> Note:
        """Take up the progress in a file of yours; what is done already stays done."""
        path = Path(file).expanduser()
        if not path.is_file():
            return Note(f"There is no file `{path}`. Is it in the folder of this notebook?")
        try:
            found = memory.read(path)
        except (OSError, ValueError):
            return Note(f"`{path}` holds no progress that can be read. Nothing was changed.")
        memory.take_up(found)
        count = sum(map(len, found.values()))
        return Note(
            f"Restored: {count} {'exercise' if count == 1 else 'exercises'} done.", "", memory.trouble()
        )


progress = Progress()
