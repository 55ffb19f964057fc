"""The live view: the same values as the static picture, and a trace in the making that is never ahead of what happened."""

import json
import re
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

import pytest

import bakery
from bakery.kitchen import simulate
from bakery.picture.canvas import WIDTHS
from bakery.picture.layout import lay_out
from bakery.picture.live import WIDGET_VIEW, Growth, LiveTimeline, plain
from bakery.picture.look import DARK, KINDS, LIGHT, SHADES, STYLES, THIN
from bakery.picture.timeline import timeline
from bakery.picture.words import NAMES, text_width
from bakery.trace import Mark, Span, Trace

STATIC = Path(bakery.__file__).with_name("picture")
SVG = "{http://www.w3.org/2000/svg}"


def two_orders() -> Growth:
    """One order that is served and one that waits."""
    growth = Growth("Flask", orders=2, bake=1.0)
    growth.place("order 1", 0.0)
    growth.place("order 2", 0.0)
    growth.call("order 1", 0.1)
    return growth


# A trace in the making


def test_an_open_order_reaches_until_now_and_no_further() -> None:
    assert two_orders().trace(0.5).spans == (
        Span("order 1", "wait", 0.0, 0.1),
        Span("order 1", "serve", 0.1, 0.5),
        Span("order 2", "wait", 0.0, 0.5),
    )


def test_a_trace_in_the_making_knows_nothing_before_it_is_told() -> None:
    growth = Growth()
    assert (growth.title, growth.orders, growth.bake, growth.changes) == ("", 0, 0.0, 0)
    assert not growth.open
    assert two_orders().changes == 3


def test_what_is_done_stays_as_it_was_measured() -> None:
    growth = two_orders()
    done = (Span("order 1", "wait", 0.0, 0.11), Span("order 1", "serve", 0.11, 0.4))
    growth.end("order 1", done)
    assert growth.trace(9.0).spans[:2] == done
    assert growth.open == {"order 2"}


def test_the_words_count_cakes_and_not_failures() -> None:
    growth = two_orders()
    assert growth.words(0.5) == "0 of 2 cakes after 0.50 s"
    growth.end("order 1", [Span("order 1", "serve", 0.0, 0.6)])
    growth.end("order 2", [Span("order 2", "wait", 0.0, 0.6, error="refused")])
    assert growth.words(0.6) == "1 of 2 cakes after 0.60 s"


def test_a_finished_one_is_its_trace_and_leaves_the_words_to_it() -> None:
    growth, whole = two_orders(), Trace((Span("order 1", "serve", 0.0, 1.0),), "Flask")
    growth.finish(whole)
    assert (growth.trace(7.0), growth.words(7.0), growth.open) == (whole, "", frozenset())


def test_orders_that_never_end_can_be_given_a_reason() -> None:
    assert [span.error for span in two_orders().trace(1.0, error="stopped").spans] == [
        "",
        "stopped",
        "stopped",
    ]


def test_clocks_that_differ_by_a_hair_make_no_span_that_ends_before_it_starts() -> None:
    growth = Growth("Quart", orders=1)
    growth.place("order 1", 0.002)
    growth.call("order 1", 0.001)  # noted in the server's thread, before the placing was
    assert growth.trace(0.0).spans == (
        Span("order 1", "wait", 0.002, 0.002),
        Span("order 1", "serve", 0.002, 0.002),
    )


def test_every_event_is_a_change_for_whoever_draws() -> None:
    growth = Growth("Flask", orders=1)
    seen = [growth.changes]
    growth.place("order 1", 0.0)
    seen.append(growth.changes)
    growth.call("order 1", 0.1)
    seen.append(growth.changes)
    growth.end("order 1", [Span("order 1", "serve", 0.0, 1.0)])
    seen.append(growth.changes)
    growth.finish(growth.trace(1.0))
    seen.append(growth.changes)
    assert seen == sorted(set(seen))


def test_parts_of_a_stream_are_marks_as_they_come() -> None:
    growth = two_orders()
    growth.hear("order 1", 0.3, "mixed")
    assert growth.trace(0.5).heard == (Mark("order 1", 0.3, "mixed"),)
    assert growth.changes == 4


def test_a_customer_who_left_has_no_cake() -> None:
    growth = two_orders()
    growth.end("order 1", [Span("order 1", "serve", 0.0, 0.6, left=True)])
    assert growth.words(0.6) == "0 of 2 cakes after 0.60 s"


# The view


@pytest.mark.parametrize("width", [480, 720, 1600])
def test_it_sends_the_layout_of_the_static_picture(width: int) -> None:
    traces = simulate(cakes=3), simulate(cakes=40, waits=False)
    live = LiveTimeline(*traces)
    live.width = width
    sent, layout = live.picture, lay_out(traces, width)
    bars = [panel.pop("bars") for panel in sent["panels"]]
    drawn = asdict(layout)
    expected = [panel.pop("bars") for panel in drawn["panels"]]
    assert {name: sent[name] for name in drawn} == drawn
    for rows, values in zip(bars, expected, strict=True):
        assert [(row[0], bool(row[5])) for row in rows] == [(bar["kind"], bar["failed"]) for bar in values]
        for row, bar in zip(rows, values, strict=True):
            assert row[1:5] == pytest.approx([bar[side] for side in ("x", "y", "width", "height")], abs=0.006)


def test_the_static_picture_has_the_same_legend_in_the_same_places() -> None:
    trace = simulate(cakes=3)
    legend = LiveTimeline(trace).picture["legend"]
    root = ElementTree.fromstring(timeline(trace).svg)
    texts = {text.text: float(text.attrib["x"]) for text in root.iter(f"{SVG}text")}
    assert [key["name"]["text"] for key in legend] == [NAMES[kind] for kind in ("wait", "mix", "bake")]
    assert all(texts[key["name"]["text"]] == key["name"]["x"] for key in legend)


def test_only_the_last_bar_of_an_open_order_grows() -> None:
    live = LiveTimeline()
    live.grow([two_orders()], [0.5], seconds=2.0)
    (panel,) = live.picture["panels"]
    assert [(row[0], row[6]) for row in panel["bars"]] == [("wait", 0), ("serve", 1), ("wait", 1)]
    assert live.picture["growing"]
    assert panel["finish"] is None
    assert panel["summary"]["text"] == "0 of 2 cakes after 0.50 s"


def test_the_axis_holds_still_while_it_grows() -> None:
    live = LiveTimeline()
    seen = set()
    for moment in (0.1, 0.7, 1.9):
        live.grow([two_orders()], [moment], seconds=2.0)
        seen.add((live.picture["second"], live.picture["left"], len(live.picture["ticks"])))
    assert len(seen) == 1


def test_a_panel_that_is_finished_has_its_own_words_while_the_other_grows() -> None:
    done = Growth("Quart", orders=1)
    done.finish(Trace((Span("order 1", "serve", 0.0, 1.0),), "Quart"))
    live = LiveTimeline()
    live.grow([two_orders(), done], [1.0, 1.0])
    flask, quart = live.picture["panels"]
    assert (flask["finish"], quart["finish"]["text"]) == (None, "1.00 s")
    assert quart["summary"]["text"].startswith("1 cake in 1.00 s")
    assert (
        live.picture["words"]
        == "0 of 2 cakes after 1.00 s\nQuart: 1 cake in 1.00 s, one bake long, at most 1 at once"
    )


def test_what_was_heard_so_far_is_told_while_it_grows() -> None:
    growth = two_orders()
    growth.hear("order 1", 0.3, "mixed")
    live = LiveTimeline()
    live.grow([growth], [0.5], seconds=2.0)
    (panel,) = live.picture["panels"]
    assert [remark["text"] for remark in panel["remarks"]] == ["order 1 heard mixed at once"]
    assert len(panel["marks"]) == 1
    assert json.loads(json.dumps(live.picture))["panels"][0]["marks"][0][0] > live.picture["left"]


def test_a_view_that_grows_has_one_moment_for_each_trace() -> None:
    with pytest.raises(ValueError, match="shorter"):
        LiveTimeline().grow([two_orders(), two_orders()], [0.5])


def test_a_view_is_told_as_its_picture() -> None:
    traces = simulate(cakes=2), simulate(cakes=2, waits=False)
    assert repr(LiveTimeline(*traces)) == timeline(*traces).words


def test_showing_ends_the_growing() -> None:
    live = LiveTimeline()
    live.grow([two_orders()], [0.5])
    live.show(two_orders().trace(1.0))
    assert not live.picture["growing"]
    assert not any(row[6] for panel in live.picture["panels"] for row in panel["bars"])


@pytest.mark.parametrize("width", [-5, 0, 100, 99_999])
def test_a_browser_may_report_any_width(width: int) -> None:
    live = LiveTimeline(simulate())
    live.width = width
    least, most = WIDTHS
    assert least <= live.picture["width"] <= most


def test_what_is_sent_is_plain_data() -> None:
    live = LiveTimeline(simulate(), simulate(cakes=200))
    assert json.loads(json.dumps(live.picture)) == json.loads(json.dumps(dict(live.picture)))
    assert plain(lay_out([simulate()]))["panels"][0]["bars"]


def test_a_page_without_widgets_gets_the_static_picture_and_the_words() -> None:
    trace = simulate()
    data, _ = LiveTimeline(trace)._repr_mimebundle_()
    picture = timeline(trace)
    assert data.pop(WIDGET_VIEW)["model_id"]
    assert data == {"text/plain": picture.words, "text/html": picture.html, "image/svg+xml": picture.svg}


def test_an_empty_view_says_so() -> None:
    live = LiveTimeline()
    data, _ = live._repr_mimebundle_()
    assert (repr(live), data["text/plain"]) == ("no orders", "no orders")
    live.width = 900  # nothing to lay out, and no error
    assert live.picture == {}


# Its files


@pytest.mark.parametrize("name", ["live.js", "live.css"])
def test_the_files_ask_nobody_for_anything(name: str) -> None:
    text = (STATIC / name).read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|//\w+\.\w+/|@import|import\s*\(|\burl\(", text)


def test_the_script_writes_names_as_text_and_never_as_markup() -> None:
    script = (STATIC / "live.js").read_text("utf-8")
    assert "textContent" in script
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|DOMParser|\beval\b|Function\(", script
    )


def test_the_stored_page_of_a_view_is_escaped_like_the_picture() -> None:
    trace = Trace((Span("order 1", "serve", 0.0, 1.0),), "<script>")
    data, _ = LiveTimeline(trace)._repr_mimebundle_()
    assert data["text/html"] == timeline(trace).html
    assert "<script>" not in data["text/html"]


def test_the_script_has_no_colours_lines_and_letters_of_its_own() -> None:
    """It takes them all from `look`, where the static picture takes its own."""
    script = (STATIC / "live.js").read_text("utf-8")
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb\(|stroke-|font-size\": \d|font-weight", script)
    assert not {f'"{kind}"' for kind in KINDS if kind != "wait"} & set(re.findall(r'"\w+"', script))
    used = set(re.findall(r"\bstyles\.(\w+)", script)) | {"gap", "mark"}
    assert used | set(KINDS) == set(STYLES)
    css = (STATIC / "live.css").read_text("utf-8")
    assert set(re.findall(r"--bakery-(\w+)", script + css)) <= set(SHADES)


def test_the_view_is_sent_the_look_of_the_static_picture() -> None:
    look = LiveTimeline().look
    assert (look["styles"], look["thin"], look["light"], look["dark"]) == (STYLES, THIN, LIGHT, DARK)
    assert json.loads(json.dumps(look)) == look | {"kinds": list(KINDS)}


def test_the_words_of_a_growing_panel_stay_inside_of_it() -> None:
    layout = lay_out([simulate(cakes=3)], WIDTHS[0])
    summary = plain(layout, [frozenset()], ["it grows and grows " * 20])["panels"][0]["summary"]
    assert summary["text"].endswith("…")
    assert summary["x"] + text_width(summary["text"]) <= layout.width - summary["x"]


def test_a_live_view_tells_the_traces_that_it_shows() -> None:
    first, second = (Trace((Span("order 1", "serve", 0.0, end),), "Flask") for end in (1.0, 2.0))
    view = LiveTimeline()
    assert not view.traces
    view.show(first, second)
    assert view.traces == (first, second)
    assert LiveTimeline(second).traces == (second,)
