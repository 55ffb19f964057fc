"""The branch `learners`: the notebooks as a reader meets them, without outputs, for tools that pull a folder.

nbgitpuller on a hub, or anybody's git, takes it as it is. It grows by one commit whenever a notebook changes and is
never written anew, so that whoever has pulled it once can pull again. A workflow does that after every change of main.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bakery.working_copy import COPY, originals
from workshop.class_links import COLAB, LEARNERS, known
from workshop.pyproject import ProjectError

README = f"""\
# Three cakes at once, for learners

The notebooks of the series without outputs, in `{COPY}/`: nothing is answered before it is run. In `{COLAB}/`, where this
repository has an address, they begin with a cell that installs on Google Colab what they need. This branch is written
by a program; everything else, also how to install what the notebooks need, is on the branch `main`.
"""

INSTALL = """\
# Only for Colab: this machine is new, so it installs what the notebook needs. That takes a minute or two.
%pip install --quiet "three-cakes-at-once @ git+{url}"
"""


def write(root: Path) -> str:
    """Bring the branch up to date; the commit it is at, or "" where nothing changed.

    The working tree, and what is staged there, stay as they are. Raises `ProjectError` with git's words where git
    cannot do it, and `CopyError` where a notebook cannot be read.
    """
    before = _branch(root)
    tree = _tree(root, {"README.md": README.encode(), **_files(root)})
    if before and git(root, "rev-parse", f"{before}^{{tree}}") == tree:
        return ""
    source = git(root, "rev-parse", "--short", "HEAD")
    parent = ["-p", before] if before else []
    commit = git(root, "commit-tree", tree, *parent, "-m", f"The notebooks of {source}, without outputs")
    git(root, "branch", "--force", LEARNERS, commit)
    return commit


def for_colab(notebook: bytes, url: str) -> bytes:
    """A notebook that begins with a cell which installs the package from this address.

    Every notebook has it, since Colab opens each on a machine of its own; the notebooks of everybody else have none.
    """
    read = json.loads(notebook)
    source = INSTALL.format(url=url).splitlines(keepends=True)
    cell = {"cell_type": "code", "id": "install", "source": source}
    read["cells"].insert(0, {**cell, "execution_count": None, "metadata": {}, "outputs": []})
    return (json.dumps(read, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _files(root: Path) -> dict[str, bytes]:
    """The working copy, and the same for Colab where somebody can install from this repository's address."""
    fresh = originals(root)
    files = {f"{COPY}/{name}": data for name, data in fresh.items()}
    try:
        url = known(root)
    except ProjectError:
        return files
    colab = {
        f"{COLAB}/{name}": for_colab(data, url) for name, data in fresh.items() if name.endswith(".ipynb")
    }
    return files | colab


def _branch(root: Path) -> str:
    """Where the branch is now: here, or else where this copy came from; "" where there is none yet."""
    for name in (f"refs/heads/{LEARNERS}", f"refs/remotes/origin/{LEARNERS}"):
        if found := git(root, "for-each-ref", "--format=%(objectname)", name):
            return found
    return ""


def _tree(root: Path, files: Mapping[str, bytes]) -> str:
    """A tree of these files, without touching the index of whoever works here."""
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        for name, data in files.items():
            blob = git(root, "hash-object", "-w", "--stdin", data=data)
            git(root, "update-index", "--add", "--cacheinfo", f"100644,{blob},{name}", more=index)
        return git(root, "write-tree", more=index)


def git(root: Path, *words: str, data: bytes = b"", more: Mapping[str, str] | None = None) -> str:
    """What git answers. Raises `ProjectError` with its own words where it refuses."""
    command = ["git", *words]
    done = subprocess.run(  # noqa: S603 - our own words, and the reader's own git
        command, cwd=root, input=data, capture_output=True, check=False, env=os.environ | (more or {})
    )
    if done.returncode:
        raise ProjectError(f"git {words[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode().strip()
