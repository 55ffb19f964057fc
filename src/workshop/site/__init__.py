"""The series as a static site: JupyterLab and Python in the reader's browser, without any server.

`make site` builds it in `dist/site`. What it is made of:

| part | comes from | pinned in |
|---|---|---|
| the static JupyterLab and its kernel | jupyterlite, installed in `.venv-site` | `pins.txt` |
| Python for the browser | the npm package `pyodide` | `PYODIDE` and its hash, in `parts.py` |
| Python packages | wheels without compiled parts | `share/site/wheels.txt`, written by `make wheels` |
| notebooks, package, banner | this repository | |

All of Python, its library and the packages, goes into one archive, compiled ahead: nothing is unpacked or compiled
while the reader waits. Nothing in the site depends on when or where it was built. The notebooks are without outputs,
as in every reader's working copy.

For whoever keeps this repository; nothing here is needed to read or run a notebook.
"""
