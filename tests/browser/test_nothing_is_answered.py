"""What a reader sees who has typed `make lab`: the working copy, and nothing in it answered before it is run."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bakery.working_copy import COPY

from .lab import running_lab
from .window import OpenNotebook, Window

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))

# What a reader may have written for all projects of theirs; each of these makes a plain JupyterLab open another page.
SETTINGS = """
c.ServerApp.root_dir = "/"
c.ServerApp.notebook_dir = "/"
c.NotebookApp.notebook_dir = "/"
c.ServerApp.preferred_dir = "/"
c.LabApp.default_url = "/lab/tree/mine.ipynb"
c.ServerApp.default_url = "/tree"
c.ServerApp.contents_manager_class = "jupytext.TextFileContentsManager"
c.ServerApp.kernel_spec_manager_class = "nb_conda_kernels.CondaKernelSpecManager"
c.GatewayClient.url = "http://127.0.0.1:9"
"""

KERNEL = '{"argv": ["false"], "display_name": "Another Python", "language": "python"}'


@pytest.fixture(scope="module")
def reader(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """A reader's window, on a machine with settings for other projects."""
    home = tmp_path_factory.mktemp("reader")
    for name in ("jupyter_server_config.py", "jupyter_lab_config.py", "jupyter_notebook_config.py"):
        (home / "config").mkdir(exist_ok=True)
        (home / "config" / name).write_text(SETTINGS)
    (home / "data" / "kernels" / "python3").mkdir(parents=True)
    (home / "data" / "kernels" / "python3" / "kernel.json").write_text(KERNEL)
    repository = home / "repository"
    shutil.copytree(
        ROOT / "notebooks", repository / "notebooks", ignore=shutil.ignore_patterns("solved", "blank")
    )
    with running_lab(repository, home, words=("-m", "bakery", "lab")) as lab:
        yield Window(browser, lab)


def answered(opened: OpenNotebook) -> list[str]:
    """The cells with an output or a number."""
    cells = [cell for cell in opened.model["cells"] if cell["cell_type"] == "code"]
    return [cell["id"] for cell in cells if cell["outputs"] or cell["execution_count"] is not None]


# Without a kernel: nobody runs anything here, and eight kernels take longer than all the rest.
LOOK = """async path => {
    const app = window.jupyterapp;
    await app.restored;
    const panel = await app.commands.execute('docmanager:open', {path, factory: 'Notebook', kernel: null});
    await panel.context.ready;
    await panel.revealed;
    const shown = panel.node.querySelectorAll('.jp-Cell').length > 0
        && panel.node.querySelectorAll('.jp-OutputArea-output').length;
    const cells = panel.content.model.sharedModel.toJSON().cells.filter(cell => cell.cell_type === 'code');
    const answered = cells.filter(cell => cell.outputs.length || cell.execution_count !== null).map(cell => cell.id);
    panel.dispose();
    return {shown, answered, cells: cells.length};
}"""


def test_nothing_is_answered_before_it_is_run(reader: Window) -> None:
    with reader.page() as page:
        page.goto(reader.lab.address("answers"), timeout=60_000)
        page.wait_for_function("() => window.jupyterapp?.shell !== undefined", timeout=60_000)
        for name in NAMES:
            seen = page.evaluate(LOOK, f"{COPY}/{name}")
            assert (name, seen["shown"], seen["answered"]) == (name, 0, [])
            assert seen["cells"] > 5


def test_the_page_that_opens_is_the_first_notebook_of_the_copy(reader: Window) -> None:
    with reader.page() as page:
        page.goto(f"{reader.lab.url}?token=three-cakes", timeout=60_000)
        page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.context", timeout=60_000)
        path = page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path")
        assert path == f"{COPY}/{NAMES[0]}"


def test_a_cell_runs_in_the_kernel_of_this_environment_and_links_lead_to_the_copy(reader: Window) -> None:
    with reader.notebook(f"{COPY}/{NAMES[0]}") as opened:
        opened.run("doctor")
        assert "Your kitchen is all right." in opened.active.inner_text()
        assert answered(opened) == ["doctor"]
        link = opened.page.locator(f'.jp-RenderedMarkdown a[href*="{NAMES[1]}"]').first
        link.click()
        opened.page.wait_for_function(
            "path => window.jupyterapp.shell.currentWidget?.context?.path === path",
            arg=f"{COPY}/{NAMES[1]}",
        )
        opened.do("panel => panel.context.ready")
        assert answered(OpenNotebook(opened.page, [])) == []
        opened.do("async (panel, app) => { panel.close(); }")
        opened.page.evaluate(
            "async path => { await window.jupyterapp.commands.execute('docmanager:open', {path}); }",
            f"{COPY}/{NAMES[0]}",
        )
