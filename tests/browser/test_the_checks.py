"""What is wrong in a notebook is noticed: without this, the other tests could pass for nothing."""

from . import axe
from .draft import write_notebook
from .window import Window


def test_a_page_that_misbehaves_is_noticed(window: Window) -> None:
    name = write_notebook(
        window.lab.root / "misbehaving.ipynb",
        asking="""
            from IPython.display import HTML
            HTML('<img src="https://pictures.example/cake.png"><script>console.error("burnt")</script>')
        """,
        drawing="""
            HTML('<svg role="img" width="9" height="9"></svg>')
        """,
        calling="""
            from ipywidgets import IntSlider
            slider = IntSlider()
            slider.observe(lambda change: 1 / 0, "value")
            slider
        """,
        failing="""
            raise ValueError("no flour")
        """,
        never_run="""
            "not reached"
        """,
    )
    with window.notebook(name) as opened:
        assert not opened.run_all()
        assert opened.errors == ["failing: ValueError: no flour"]
        assert opened.model["cells"][-1]["execution_count"] is None
        with opened.page.expect_console_message(lambda message: "in a callback" in message.text):
            opened.page.locator(".noUi-handle").press("ArrowRight")
        complaints = "\n".join(map(str, opened.complaints))
        assert "request: https://pictures.example/cake.png" in complaints
        assert "console: burnt" in complaints
        assert "in a callback: ZeroDivisionError: division by zero" in complaints
        assert any(finding.startswith("svg-img-alt") for finding in axe.findings(opened.page))


def test_pale_words_are_noticed(window: Window) -> None:
    with window.page(
        '<div class="jp-OutputArea-output" style="color: #bbb; background: #fff">pale</div>'
    ) as page:
        (finding,) = axe.findings(page, only=["color-contrast"])
    assert "pale" in finding
