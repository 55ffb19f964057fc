import asyncio
import json

from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, register_converter
from django.views.decorators.http import require_http_methods

CAKES = [{"id": 1, "name": "Sachertorte", "price": 4.5}, {"id": 2, "name": "Linzer", "price": 3.2}]


class Seconds:
    regex = r"\d+\.\d+"

    def to_python(self, value):
        return float(value)

    def to_url(self, value):
        return str(value)


register_converter(Seconds, "float")


async def menu(request):
    return render(request, "menu.html", {"cakes": CAKES})


@require_http_methods(["GET", "POST"])
async def cakes(request):
    if request.method == "POST":
        wanted = json.loads(request.body)
        cake = {"id": len(CAKES) + 1, "name": wanted["name"], "price": wanted["price"]}
        CAKES.append(cake)
        return JsonResponse(cake, status=201)
    most = int(request.GET.get("most", len(CAKES)))
    return JsonResponse(CAKES[:most], safe=False)


async def one_cake(request, number):
    for cake in CAKES:
        if cake["id"] == number:
            return JsonResponse(cake)
    raise Http404


@require_http_methods(["GET", "POST"])
async def basket(request):
    if request.method == "POST":
        now = await request.session.aget("basket", [])
        await request.session.aset("basket", [*now, request.POST["cake"]])
        return redirect("basket")
    return JsonResponse({"basket": await request.session.aget("basket", [])})


async def bake(request, seconds):
    await asyncio.sleep(seconds)
    return JsonResponse({"baked": seconds})


def not_found(request, exception):
    return JsonResponse({"error": "There is no such cake."}, status=404)


urlpatterns = [
    path("", menu),
    path("cakes", cakes),
    path("cakes/<int:number>", one_cake),
    path("basket", basket, name="basket"),
    path("bake/<float:seconds>", bake),
]
handler404 = not_found
