import time

from flask import Blueprint, Flask, abort, redirect, render_template, request, session, url_for

CAKES = [{"id": 1, "name": "Sachertorte", "price": 4.5}, {"id": 2, "name": "Linzer", "price": 3.2}]

bp = Blueprint("shop", __name__)


@bp.get("/")
def menu():
    return render_template("menu.html", cakes=CAKES)


@bp.get("/cakes")
def list_cakes():
    most = request.args.get("most", len(CAKES), type=int)
    return CAKES[:most]


@bp.post("/cakes")
def create_cake():
    wanted = request.get_json()
    cake = {"id": len(CAKES) + 1, "name": wanted["name"], "price": wanted["price"]}
    CAKES.append(cake)
    return cake, 201


@bp.get("/cakes/<int:number>")
def one_cake(number):
    for cake in CAKES:
        if cake["id"] == number:
            return cake
    abort(404)


@bp.post("/basket")
def add_to_basket():
    session["basket"] = [*session.get("basket", []), request.form["cake"]]
    return redirect(url_for("shop.show_basket"))


@bp.get("/basket")
def show_basket():
    return {"basket": session.get("basket", [])}


@bp.get("/bake/<float:seconds>")
def bake(seconds):
    time.sleep(seconds)
    return {"baked": seconds}


def create_app():
    app = Flask(__name__)
    app.secret_key = "flour"
    app.register_blueprint(bp)

    @app.errorhandler(404)
    def not_found(error):
        return {"error": "There is no such cake."}, 404

    return app
