"""The cakes: seen by everybody, changed by the baker whose they are."""

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)

from counter.auth import login_required
from counter.db import change, every, one

bp = Blueprint("cakes", __name__)

ALL = "SELECT cake.*, baker.name AS baker FROM cake JOIN baker ON baker.id = baker_id ORDER BY cake.id"


@bp.route("/")
def index():
    return render_template("list.html", cakes=every(ALL))


@bp.route("/cakes/<int:number>/baked")
def baked(number):
    """Bake one: the answer comes when the oven is done."""
    cake = find(number)
    one("SELECT bake(?)", (current_app.config["OVEN"],))
    return f"One {cake['name']}, please!"


def find(number, *, mine=False):
    """A cake, or a 404; a 403 if it has to be mine and is not."""
    cake = one("SELECT * FROM cake WHERE id = ?", (number,))
    if cake is None:
        abort(404)
    if mine and cake["baker_id"] != g.baker["id"]:
        abort(403)
    return cake


def wanted():
    """The name and the price that a form brings; a name of None if something is wrong."""
    form = request.form
    try:
        cents = round(float(form["price"]) * 100)
    except ValueError:
        flash("That is no price.")
        return None, 0
    if not all(form.get(field, "").strip() for field in ("name", "price")):
        flash("Every cake has a name.")
        return None, 0
    return form["name"], cents


@bp.route("/cakes/new", methods=["GET", "POST"])
@login_required
def create():
    if request.method == "POST":
        name, cents = wanted()
        if name:
            change("INSERT INTO cake (name, cents, baker_id) VALUES (?, ?, ?)", (name, cents, g.baker["id"]))
            return redirect(url_for("index"))
    return render_template("edit.html", cake=None)


@bp.route("/cakes/<int:number>", methods=["GET", "POST"])
@login_required
def edit(number):
    cake = find(number, mine=True)
    if request.method == "POST":
        name, cents = wanted()
        if name:
            change("UPDATE cake SET name = ?, cents = ? WHERE id = ?", (name, cents, number))
            return redirect(url_for("index"))
    return render_template("edit.html", cake=cake)


@bp.route("/cakes/<int:number>/delete", methods=["POST"])
@login_required
def delete(number):
    find(number, mine=True)
    change("DELETE FROM cake WHERE id = ?", (number,))
    return redirect(url_for("index"))


@bp.get("/api/cakes")
def as_json():
    return jsonify([dict(cake) for cake in every(ALL)])


@bp.post("/api/cakes")
@login_required
def create_as_json():
    cake = request.get_json()
    values = (cake["name"], cake["cents"], g.baker["id"])
    number = change("INSERT INTO cake (name, cents, baker_id) VALUES (?, ?, ?)", values)
    return {"id": number}, 201
