"""The notebooks in the real JupyterLab, in a real browser, at an address like Binder's."""
