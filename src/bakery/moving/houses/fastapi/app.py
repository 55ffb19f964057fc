import asyncio

from fastapi import APIRouter, FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel
from starlette.middleware.sessions import SessionMiddleware

CAKES = [{"id": 1, "name": "Sachertorte", "price": 4.5}, {"id": 2, "name": "Linzer", "price": 3.2}]

router = APIRouter()
templates = Jinja2Templates("templates")


class Wanted(BaseModel):
    name: str
    price: float


@router.get("/", response_class=HTMLResponse)
async def menu(request: Request):
    return templates.TemplateResponse(request, "menu.html", {"cakes": CAKES})


@router.get("/cakes")
async def list_cakes(most: int | None = None):
    return CAKES[:most]


@router.post("/cakes", status_code=201)
async def create_cake(wanted: Wanted):
    cake = {"id": len(CAKES) + 1, "name": wanted.name, "price": wanted.price}
    CAKES.append(cake)
    return cake


@router.get("/cakes/{number}")
async def one_cake(number: int):
    for cake in CAKES:
        if cake["id"] == number:
            return cake
    raise HTTPException(404)


@router.post("/basket")
async def add_to_basket(request: Request, cake: str = Form()):
    request.session["basket"] = [*request.session.get("basket", []), cake]
    return RedirectResponse(request.url_for("show_basket"), status_code=302)


@router.get("/basket")
async def show_basket(request: Request):
    return {"basket": request.session.get("basket", [])}


@router.get("/bake/{seconds}")
async def bake(seconds: float):
    await asyncio.sleep(seconds)
    return {"baked": seconds}


def create_app():
    app = FastAPI()
    app.add_middleware(SessionMiddleware, secret_key="flour")
    app.include_router(router)

    @app.exception_handler(404)
    async def not_found(request, error):
        return JSONResponse({"error": "There is no such cake."}, status_code=404)

    return app
