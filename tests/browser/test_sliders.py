"""Sliders in JupyterLab, while the kernel is busy and afterwards."""

from .draft import write_notebook
from .window import Window


def test_a_slider_moved_while_a_cell_awaits_stays_alive(window: Window) -> None:
    """ipykernel 7.4.0 never says that it is idle again, so that the slider's next move is lost."""
    name = write_notebook(
        window.lab.root / "moved_while_awaiting.ipynb",
        slider="""
            import ipywidgets as widgets

            slider = widgets.IntSlider(description="Oven")
            seen = widgets.HTML("seen 0")
            slider.observe(lambda change: setattr(seen, "value", f"seen {change.new}"), "value")
            widgets.VBox([slider, seen])
        """,
        awaiting="""
            import asyncio

            async with asyncio.timeout(30):
                while slider.value == 0:
                    await asyncio.sleep(0.05)
        """,
    )
    with window.notebook(name) as opened:
        opened.start_all()
        handle = opened.page.locator(".noUi-handle")
        seen = opened.page.locator(".widget-html-content")
        handle.press("ArrowRight")
        seen.get_by_text("seen 1").wait_for(timeout=15_000)
        assert opened.wait_all(40), opened.errors
        for moved in range(2, 5):
            handle.press("ArrowRight")
            seen.get_by_text(f"seen {moved}").wait_for(timeout=5_000)
        assert opened.complaints == []
