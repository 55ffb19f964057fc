import asyncio

from quart import Blueprint, Quart, abort, redirect, render_template, request, session, url_for

CAKES = [{"id": 1, "name": "Sachertorte", "price": 4.5}, {"id": 2, "name": "Linzer", "price": 3.2}]

bp = Blueprint("shop", __name__)


@bp.get("/")
async def menu():
    return await render_template("menu.html", cakes=CAKES)


@bp.get("/cakes")
async def list_cakes():
    most = request.args.get("most", len(CAKES), type=int)
    return CAKES[:most]


@bp.post("/cakes")
async def create_cake():
    wanted = await request.get_json()
    cake = {"id": len(CAKES) + 1, "name": wanted["name"], "price": wanted["price"]}
    CAKES.append(cake)
    return cake, 201


@bp.get("/cakes/<int:number>")
async def one_cake(number):
    for cake in CAKES:
        if cake["id"] == number:
            return cake
    abort(404)


@bp.post("/basket")
async def add_to_basket():
    session["basket"] = [*session.get("basket", []), (await request.form)["cake"]]
    return redirect(url_for("shop.show_basket"))


@bp.get("/basket")
async def show_basket():
    return {"basket": session.get("basket", [])}


@bp.get("/bake/<float:seconds>")
async def bake(seconds):
    await asyncio.sleep(seconds)
    return {"baked": seconds}


def create_app():
    app = Quart(__name__)
    app.secret_key = "flour"
    app.register_blueprint(bp)

    @app.errorhandler(404)
    async def not_found(error):
        return {"error": "There is no such cake."}, 404

    return app
