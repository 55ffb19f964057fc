"""Serving: a Flask or Quart app on a real server behind a notebook cell."""
