"""Who is who: bakers register, log in and log out."""

import functools
import sqlite3

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from werkzeug.security import check_password_hash, generate_password_hash

from counter.db import change, one

bp = Blueprint("auth", __name__, url_prefix="/auth")


def login_required(view):
    """Send whoever is not logged in to the door."""

    @functools.wraps(view)
    def wrapped(*places, **values):
        if g.baker is None:
            return redirect(url_for("auth.login"))
        return view(*places, **values)

    return wrapped


@bp.before_app_request
def load_baker():
    """Look up who asks, before every view."""
    baker_id = session.get("baker_id")
    g.baker = None if baker_id is None else one("SELECT * FROM baker WHERE id = ?", (baker_id,))


@bp.app_context_processor
def greet():
    return {"greeting": f"Hello, {g.baker['name']}!" if g.get("baker") else "Hello!"}


def credentials():
    """The name and the password that a form brings, and what is wrong with them."""
    name, password = request.form["name"].strip(), request.form["password"]
    if not name:
        return name, password, "A name is missing."
    return name, password, None if password else "A password is missing."


@bp.route("/register", methods=["GET", "POST"])
def register():
    if request.method == "POST":
        name, password, error = credentials()
        if error is None:
            try:
                hashed = generate_password_hash(password, "pbkdf2:sha256:1000")
                change("INSERT INTO baker (name, password) VALUES (?, ?)", (name, hashed))
            except sqlite3.IntegrityError:
                error = f"{name} bakes here already."
            else:
                return redirect(url_for("auth.login"))
        flash(error)
    return render_template("register.html")


@bp.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "POST":
        name, password, error = credentials()
        baker = one("SELECT * FROM baker WHERE name = ?", (name,))
        if baker is None or not check_password_hash(baker["password"], password):
            error = error or "That is not right."
        if error is None:
            session.clear()
            session["baker_id"] = baker["id"]
            return redirect(url_for("index"))
        flash(error)
    return render_template("login.html")


@bp.route("/logout")
def logout():
    session.clear()
    return redirect(url_for("index"))
