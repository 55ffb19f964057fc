"""The counter of a bakery: its cakes, their photos, and the bakers who may change them."""

import os

from flask import Flask, jsonify, render_template, request

from counter import auth, cakes, db, photos


def create_app(test_config=None):
    """Make the app. Tests bring a configuration of their own."""
    app = Flask(__name__, instance_relative_config=True)
    app.config.from_mapping(
        SECRET_KEY="dev",
        DATABASE=os.path.join(app.instance_path, "counter.sqlite"),
        PHOTOS=os.path.join(app.instance_path, "photos"),
        OVEN=1.0,  # seconds that a cake stays in the oven
    )
    if test_config is not None:
        app.config.from_mapping(test_config)
    os.makedirs(app.config["PHOTOS"], exist_ok=True)

    db.init_app(app)
    app.register_blueprint(auth.bp)
    app.register_blueprint(cakes.bp)
    app.register_blueprint(photos.bp)
    app.add_url_rule("/", endpoint="index")

    @app.route("/health")
    def health():
        return {"open": True}

    @app.errorhandler(403)
    @app.errorhandler(404)
    def refused(error):
        if request.path.startswith("/api/"):
            return jsonify(error=error.name), error.code
        return render_template("error.html", error=error), error.code

    @app.after_request
    def name_the_house(response):
        response.headers["X-House"] = "Three Cakes"
        return response

    @app.template_filter("price")
    def price(cents):
        return f"{cents / 100:.2f}"

    return app
