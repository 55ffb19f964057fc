"""What is said of waits is what was seen of them: which overlapped, which was alone, what nobody waited for."""

import pytest

from bakery.checking.overlaps import (
    all_the_time,
    at_most,
    made_when_asked,
    no_two,
    not_awaited,
    not_begun,
    unreached,
)


def test_waits_of_which_no_two_overlapped_are_counted() -> None:
    assert no_two(3, "") == "The three waits came one after another: no two of them overlapped."


@pytest.mark.parametrize(
    "several",
    [
        "[await bake(n) for n in range(3)]",
        "{(await bake(n)).text for n in range(3)}",
        "{n: await bake(n) for n in range(3)}",
        "{await bake(n): n for n in range(3)}",
    ],
)
def test_a_list_that_awaits_each_call_before_it_makes_the_next_is_told_with_its_line(several: str) -> None:
    said = no_two(3, f"async def answer():\n    return {several}")
    assert "Line 2 awaits each `bake(…)` before it makes the next one." in said


def test_a_loop_that_awaits_each_call_before_it_makes_the_next_is_told_with_its_line() -> None:
    loop = "async def answer():\n    for n in range(3):\n        came.append(await bake(n))"
    assert "Line 3 awaits `bake(…)` in a loop" in no_two(3, loop)


@pytest.mark.parametrize(
    "body",
    [
        "came.append(await task)",
        "tasks.append(create_task(bake(n)))",
        "async def one():\n            await bake(n)",
    ],
)
def test_a_loop_that_awaits_no_call_is_not_told_so(body: str) -> None:
    assert "in a loop" not in no_two(3, f"async def answer():\n    for n in range(3):\n        {body}")


@pytest.mark.parametrize(
    "several", ["[await task for task in tasks]", "[bake(n) for n in range(3)]", "await bake(1)"]
)
def test_a_list_of_what_was_made_before_is_not_told_so(several: str) -> None:
    assert "Line" not in no_two(3, f"async def answer():\n    return {several}")


@pytest.mark.parametrize("pool", ["ThreadPoolExecutor(1)", "ThreadPoolExecutor(max_workers=1)"])
def test_a_pool_of_one_is_named(pool: str) -> None:
    assert no_two(3, f"pool = {pool}").endswith("one thread does one thing at a time.")


@pytest.mark.parametrize(
    ("waits", "words"),
    [
        ([(0, 1), (1, 2), (1, 2)], " The first of them was over before another began."),
        ([(0, 1), (0, 1), (1, 2)], " The last of them began when all the others were over."),
        ([(0, 1), (0, 2), (1, 2)], ""),
        ([(0, 1), (1, 2)], ""),
    ],
)
def test_a_wait_that_was_alone_is_told(waits: list[tuple[float, float]], words: str) -> None:
    assert at_most(3, 2, waits) == f"Of the three waits, at most two overlapped.{words}"


def test_large_numbers_are_told_in_figures() -> None:
    assert at_most(33, 32) == "Of the 33 waits, at most 32 overlapped."


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("await asyncio.to_thread(asyncio.sleep, 1)", "only makes a coroutine"),
        ("asyncio.create_task(bake(1))", "A task goes on by itself"),
        (
            "async def tea():\n    asyncio.gather(bake(1))",
            "`gather` begins the waits (line 2: asyncio.gather(bake(1)))",
        ),
        ("loop.run_in_executor(None, time.sleep, 1)", "A thread goes on by itself"),
        ("threading.Thread(target=bake).start()", "A thread goes on by itself"),
        ("app.add_background_task(bake)", "A background task goes on"),
    ],
)
def test_what_most_likely_nobody_waited_for_is_told_by_what_stands_in_the_cell(
    source: str, words: str
) -> None:
    assert words in not_awaited(source)[0]


@pytest.mark.parametrize("source", ["await asyncio.sleep(1)", "await asyncio.gather(bake(1))"])
def test_nothing_is_said_of_a_cell_that_starts_nothing_or_waits_for_it(source: str) -> None:
    assert not_awaited(source) == ()


def later(call: str) -> str:
    return f"async def answer():\n    made = {call}\n    await asyncio.sleep(1)\n    return await made"


@pytest.mark.parametrize("call", ["asyncio.to_thread(decorate)", "bake(1)", "asyncio.sleep(1)"])
def test_a_call_that_is_kept_and_awaited_later_is_told_to_begin_only_there(call: str) -> None:
    said = not_begun(later(call))
    assert said.startswith(f"Line 2 begins nothing yet: a call such as `{call.partition('(')[0]}(…)`")
    assert "begins where `made` is awaited" in said


@pytest.mark.parametrize(
    "source",
    [
        later("asyncio.create_task(bake(1))"),
        later("asyncio.get_running_loop().run_in_executor(None, decorate)"),
        later("await bake(1)"),
        later("others"),
        "async def answer():\n    made = list(cakes)\n    await bake(made)",
        "def answer():\n    made = bake(1)",
        "async def",
    ],
)
def test_what_begins_at_once_and_what_is_never_awaited_is_not(source: str) -> None:
    assert not_begun(source) == ""


@pytest.mark.parametrize(
    "tasks",
    [
        "(asyncio.create_task(bake(cake)) for cake in cakes)",
        "map(asyncio.create_task, map(bake, cakes))",
        "(group.create_task(bake(cake)) for cake in cakes)",
    ],
)
def test_tasks_that_a_generator_makes_one_by_one_are_told_with_their_line(tasks: str) -> None:
    source = f"async def answer():\n    return [await task for task in {tasks}]"
    assert made_when_asked(source).startswith("Line 2 begins nothing yet: a generator, and so does `map`")
    assert no_two(3, source).endswith("has all of them made at once.")


@pytest.mark.parametrize(
    "tasks",
    [
        "[asyncio.create_task(bake(cake)) for cake in cakes]",
        "list(asyncio.create_task(bake(cake)) for cake in cakes)",
        "gather(*(asyncio.create_task(bake(cake)) for cake in cakes))",
        "[*map(asyncio.create_task, map(bake, cakes))]",
        "list(map(asyncio.create_task, map(bake, cakes)))",
        "(bake(cake) for cake in cakes)",
        "map(bake, cakes)",
    ],
)
def test_tasks_that_are_made_at_once_are_not(tasks: str) -> None:
    assert made_when_asked(f"tasks = {tasks}") == ""


def test_a_wait_takes_all_of_the_time_only_where_it_is_as_long() -> None:
    assert (
        all_the_time([(0, 1), (0, 2)], 2)
        == "A single wait took all of these 2 s: nobody waited there for another."
    )
    assert all_the_time([(0, 1), (1, 2)], 2) == ""
    assert all_the_time([(0, 0)], 0) == ""


@pytest.mark.parametrize(
    "source",
    [
        "def a():\n    return 1\n    b()",
        "async def a():\n    return 1\n    await b()",
        "if c:\n    return 1\n    b()",
        "with c:\n    return 1\n    b()",
    ],
)
def test_a_line_behind_a_return_is_told_with_both_lines(source: str) -> None:
    assert unreached(source) == "Line 3 stands behind the `return` of line 2, and is never reached."
    assert not_awaited(source) == (unreached(source),)


@pytest.mark.parametrize(
    "source", ["def a():\n    b()\n    return 1", "def a():\n    if c:\n        return 1\n    b()"]
)
def test_a_return_that_is_the_last_line_of_its_block_is_not_told(source: str) -> None:
    assert unreached(source) == ""
