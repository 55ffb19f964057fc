"""One photo for each cake."""

import os

from flask import Blueprint, abort, current_app, redirect, request, send_from_directory, url_for
from flask.views import MethodView
from werkzeug.utils import secure_filename

from counter.auth import login_required
from counter.cakes import find
from counter.db import change

bp = Blueprint("photos", __name__)


class Photo(MethodView):
    """The photo of a cake: shown to everybody, brought by its baker."""

    def get(self, number):
        photo = find(number)["photo"] or abort(404)
        return send_from_directory(current_app.config["PHOTOS"], photo, max_age=60)

    @login_required
    def post(self, number):
        find(number, mine=True)
        photo = request.files["photo"]
        name = f"{number}-{secure_filename(photo.filename)}"
        photo.save(os.path.join(current_app.config["PHOTOS"], name))
        change("UPDATE cake SET photo = ? WHERE id = ?", (name, number))
        return redirect(url_for("index"))


bp.add_url_rule("/cakes/<int:number>/photo", view_func=Photo.as_view("photo"))
