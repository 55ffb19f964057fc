"""What Flask's own things are and give: tables for `kinds`, in the names that Quart has for them."""

from typing import NamedTuple

from bakery.moving.awaits import CLASSES, RENAMED, surface
from bakery.moving.scopes import Class, Function


class Kind(NamedTuple):
    """What the value of an expression is, as far as moving has to know it.

    `sort` is one of: module, outside (an import from elsewhere), function, bound (a method of an object), class,
    object, quart (an object of a class of Quart), method (one of Quart's), context and generator (what a function
    with `yield` gives), plain (a value of Python's own), tuple (with the kinds of its `items`), each (several of a
    class of Quart), blocking (what a library gives that makes its caller wait), foreign (what another library gives).
    """

    sort: str
    name: str
    function: Function | None = None
    owner: Class | None = None
    items: tuple["frozenset[Kind]", ...] = ()


Kinds = frozenset[Kind]
NOTHING: Kinds = frozenset()

VALUES = {
    "request": "Request",
    "current_app": "Quart",
    "session": "Session",
    "g": "G",
}
"""What is imported from `quart` as an object."""

GIVES = {
    "quart.make_response": "Response",
    "quart.jsonify": "Response",
    "quart.redirect": "Response",
    "quart.send_file": "Response",
    "quart.send_from_directory": "Response",
    "Quart.test_client": "QuartClient",
    "Quart.test_cli_runner": "QuartCliRunner",
    "Quart.test_app": "TestApp",
    "Quart.app_context": "AppContext",
    "Quart.test_request_context": "RequestContext",
    "Quart.request_context": "RequestContext",
    "Quart.open_resource": "AsyncFile",
    "Quart.open_instance_resource": "AsyncFile",
    "Blueprint.open_resource": "AsyncFile",
    "Quart.make_response": "Response",
    "Quart.make_default_options_response": "Response",
    "Quart.send_static_file": "Response",
    "Blueprint.send_static_file": "Response",
    "Quart.process_response": "Response",
    "Quart.full_dispatch_request": "Response",
    "Quart.response_class": "Response",
    "Quart.ensure_sync": "Ensured",
    "Quart.ensure_async": "Ensured",
    "Quart._get_current_object": "Quart",
    "Request._get_current_object": "Request",
    "QuartClient.session_transaction": "SessionTransaction",
    "TestApp.test_client": "QuartClient",
    "Files.get": "FileStorage",
    "Environment.get_template": "Template",
    "Environment.select_template": "Template",
    "Environment.from_string": "Template",
    "Files.__getitem__": "FileStorage",
    **dict.fromkeys(
        (
            f"QuartClient.{verb}"
            for verb in ["get", "post", "put", "patch", "delete", "head", "options", "trace", "open"]
        ),
        "Response",
    ),
}
"""What calling one of these gives, awaited where it has to be."""

ATTRIBUTES = {
    "Request.files": "Files",
    "Quart.cli": "AppGroup",
    "Quart.jinja_env": "Environment",
    "Blueprint.cli": "AppGroup",
    "RequestContext.request": "Request",
    "RequestContext.app": "Quart",
    "RequestContext.g": "G",
    "AppContext.app": "Quart",
    "AppContext.g": "G",
    "QuartClient.application": "Quart",
    "QuartClient.app": "Quart",
}

OPEN = {"G", "Session"}
"""What holds whatever an app puts there, and nothing of which is awaited."""

ENTERED = {"SessionTransaction": "Session"}
"""What `as` names after `with`, where it is another thing."""

SEVERAL = {"Files.getlist": "FileStorage", "Files.values": "FileStorage"}
"""What a loop over one of these gives."""

PLAIN = {
    "json.dumps": "str",
    "quart.json.dumps": "str",
    "quart.dumps": "str",
    "quart.url_for": "str",
    "urllib.parse.urlencode": "str",
    "builtins.str": "str",
    "builtins.bytes": "bytes",
    "builtins.dict": "dict",
    "builtins.repr": "str",
    "builtins.list": "list",
    "werkzeug.datastructures.MultiDict": "dict",
    "str.encode": "bytes",
    "str.format": "str",
    "str.join": "str",
    "str.replace": "str",
    "bytes.decode": "str",
    "dict.copy": "dict",
}

BLOCKING_LIBRARIES = {
    "sqlite3": "aiosqlite",
    "psycopg2": "psycopg (its AsyncConnection)",
    "psycopg": "psycopg's own AsyncConnection",
    "pymysql": "asyncmy",
    "MySQLdb": "asyncmy",
    "mysql": "asyncmy",
    "requests": "httpx.AsyncClient",
    "urllib3": "httpx.AsyncClient",
    "redis": "redis.asyncio",
    "pymongo": "pymongo's AsyncMongoClient",
    "peewee": "SQLAlchemy's AsyncSession",
    "sqlalchemy": "SQLAlchemy's own AsyncSession",
    "flask_sqlalchemy": "SQLAlchemy's own AsyncSession",
    "pony": "SQLAlchemy's AsyncSession",
    "mongoengine": "pymongo's AsyncMongoClient",
    "smtplib": "aiosmtplib",
    "ftplib": "aioftp",
    "paramiko": "asyncssh",
    "boto3": "aioboto3",
    "elasticsearch": "elasticsearch.AsyncElasticsearch",
    "ldap3": "bonsai",
    "subprocess": "asyncio.create_subprocess_exec",
}
"""Libraries that make whoever calls them wait, with what there is to await in their place."""

DISTINCT = {
    "test_client": "Quart",
    "test_cli_runner": "Quart",
    "app_context": "Quart",
    "test_request_context": "Quart",
    "session_transaction": "QuartClient",
    "get_json": "Request",
    "open_instance_resource": "Quart",
}
"""Names that in a project of Flask nothing else has: they tell what an object is of which nothing else is known."""


def canonical(dotted: str) -> str:
    """One name for what Flask, or Quart, exports in several modules; others as they are."""
    package, _, rest = dotted.partition(".")
    if package not in ("flask", "quart"):
        return dotted
    last = RENAMED.get(rest.rpartition(".")[2], rest.rpartition(".")[2])
    known = last in CLASSES or last in VALUES or last in surface().functions or f"quart.{last}" in GIVES
    if rest and known:
        return f"quart.{last}"
    return f"quart.{rest}" if rest else "quart"


def outside(dotted: str) -> Kind:
    """The kind of what is imported from elsewhere."""
    name = canonical(dotted)
    value = VALUES.get(name.removeprefix("quart.")) if name.startswith("quart.") else None
    return Kind("quart", value) if value else Kind("outside", name)


def called(name: str) -> Kinds:
    """What a call gives of something of Quart's or of Python's own, by its name."""
    if name in GIVES:
        return frozenset({Kind("quart", GIVES[name])})
    if name in SEVERAL:
        return frozenset({Kind("each", SEVERAL[name])})
    if name in PLAIN:
        return frozenset({Kind("plain", PLAIN[name])})
    package = name.partition(".")[0]
    if package in BLOCKING_LIBRARIES:
        return frozenset({Kind("blocking", package)})
    label = name.removeprefix("quart.")
    if name.startswith("quart.") and label in CLASSES:
        return frozenset({Kind("quart", label)})
    ours = package in ("quart", "builtins", "str", "bytes", "dict", "list") or package in CLASSES
    return NOTHING if ours else frozenset({Kind("foreign", name)})
