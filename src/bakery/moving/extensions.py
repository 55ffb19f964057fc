"""Flask's extensions: each is named once, with what there is for Quart today."""

import ast
from collections.abc import Iterator

from bakery.moving.plan import Plan
from bakery.moving.scopes import Names
from bakery.moving.spreading import Spread

PATCH = (
    "or, below Quart 0.23 only, `import quart_flask_patch` as the first line (Flask-SQLAlchemy, Flask-Login and Flask-WTF "
    "ran on it; it does not import on 0.23)"
)

INSTEAD = {
    "flask_sqlalchemy": f"SQLAlchemy's own AsyncSession, or quart-db; {PATCH}",
    "flask_migrate": "Alembic itself, with an async engine",
    "flask_login": f"quart-auth; {PATCH}",
    "flask_wtf": f"WTForms itself, on `await request.form`; {PATCH}",
    "flask_cors": "quart-cors",
    "flask_limiter": "quart-rate-limiter",
    "flask_session": "quart-session",
    "flask_caching": "aiocache; Flask-Caching itself has no async face",
    "flask_mail": "aiosmtplib",
    "flask_mailman": "aiosmtplib",
    "flask_babel": "quart-babel",
    "flask_restful": "views of Quart with quart-schema",
    "flask_restx": "views of Quart with quart-schema",
    "flask_smorest": "quart-schema",
    "flask_marshmallow": "marshmallow itself, or quart-schema",
    "flask_apispec": "quart-schema",
    "flasgger": "quart-schema",
    "flask_httpauth": "quart-auth, or a decorator of your own on `request.authorization`",
    "flask_jwt_extended": "quart-jwt-extended, or PyJWT in a decorator of your own",
    "flask_socketio": "Quart's own `@app.websocket`, or python-socketio's AsyncServer",
    "flask_sock": "Quart's own `@app.websocket`",
    "flask_talisman": "a hook below `@app.after_request` that sets the headers",
    "flask_compress": "the proxy in front, or ASGI middleware",
    "flask_bcrypt": "bcrypt itself, in `await run_sync(…)()`",
    "flask_testing": "pytest with pytest-asyncio, and `app.test_client()`",
    "flask_webtest": "`app.test_client()`",
    "flask_uploads": "`await (await request.files)[…].save(…)`",
    "flask_admin": "nothing: run it as a Flask app of its own, beside this one",
    "flask_security": "nothing: quart-auth covers the login",
    "flask_principal": "a decorator of your own",
    "flask_debugtoolbar": "nothing",
    "flask_moment": "two lines of JavaScript in the base template",
    "flask_bootstrap": "the stylesheet in the base template",
    "flask_assets": "a build step of its own",
    "flask_dance": "authlib with httpx",
    "flask_pymongo": "pymongo's AsyncMongoClient",
    "flask_redis": "redis.asyncio",
    "flask_mongoengine": "pymongo's AsyncMongoClient",
    "flask_script": "click commands, `app.cli`",
    "flask_graphql": "strawberry or ariadne, which have views for ASGI",
    "flask_openid": "authlib with httpx",
    "pytest_flask": "a fixture `client` of your own: `return app.test_client()`",
    "webtest": "`app.test_client()`",
    "werkzeug.middleware": "ASGI middleware around `app.asgi_app`; for the proxy's headers Hypercorn's `ProxyFixMiddleware`",
    "werkzeug.contrib": "ASGI middleware around `app.asgi_app`",
}
"""What is known of the better known ones, in November 2026."""

UNKNOWN = "look for one for Quart; else its own library without Flask, or this part as a Flask app beside the new one"


def name_extensions(spread: Spread, plan: Plan) -> None:
    """Name each extension where it is first imported, and every middleware for WSGI."""
    seen: set[str] = set()
    for names in spread.knowledge.library:
        for line, module in _imported(names):
            name = _extension(module)
            if name and name not in seen:
                seen.add(name)
                plan.remark(names.source, line, name, INSTEAD.get(name, UNKNOWN), "extension")


def _extension(module: str) -> str:
    package = module.partition(".")[0]
    if package.startswith("flask_") or package in INSTEAD:
        return package
    pair = ".".join(module.split(".")[:2])
    return pair if pair in INSTEAD else ""


def _imported(names: Names) -> Iterator[tuple[int, str]]:
    for node in ast.walk(names.source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
