"""Arguments that have another name or form on Quart: of the test client, of `send_file`, of contexts for tests."""

import ast
from typing import NamedTuple

from bakery.moving.knowledge import Kind, Kinds
from bakery.moving.learning import Knowledge
from bakery.moving.plan import Plan
from bakery.moving.reading import Source
from bakery.moving.scopes import Function, Scope

VERBS = {
    f"QuartClient.{verb}"
    for verb in ("get", "post", "put", "patch", "delete", "head", "options", "trace", "open")
}
CONTEXT = "Quart.test_request_context"

SEND = {
    "download_name": "attachment_filename",
    "max_age": "cache_timeout",
    "etag": "add_etags",
    "path_or_file": "filename_or_io",
}
SEND_FROM_DIRECTORY = {
    "download_name": "attachment_filename",
    "max_age": "cache_timeout",
    "etag": "add_etags",
    "path": "file_name",
}

NOT_THERE = {
    "environ_base": "`scope_base={…}`, in the words of ASGI: `{'client': ('127.0.0.1', 0)}`",
    "environ_overrides": "`scope_base={…}`, in the words of ASGI: `{'client': ('127.0.0.1', 0)}`",
    "base_url": "`scheme=…`, and `headers={'Host': …}`",
    "url_scheme": "`scheme=…`",
    "input_stream": "`data=…`, as bytes",
    "errors_stream": "leave it out",
    "charset": "encode the body yourself",
    "as_tuple": "leave it out",
    "multithread": "leave it out",
}
FILES_BEGIN_WITH = {"BytesIO", "StringIO", "open", "TextIOWrapper", "FileStorage"}


class Call(NamedTuple):
    """A call that ends at the test client, where it stands."""

    node: ast.Call
    scope: Scope

    @property
    def source(self) -> Source:
        """The file it stands in."""
        return self.scope.source


def write_arguments(knowledge: Knowledge, plan: Plan) -> None:
    """Give every call the arguments that Quart takes."""
    forwarders = _forwarders(knowledge)
    for names in knowledge.library:
        for happening in names.happenings:
            if isinstance(happening.node, ast.Call):
                call = Call(happening.node, happening.scope)
                kinds = knowledge.of(call.node.func, call.scope)
                if _asks(kinds) or any(kind.function in forwarders for kind in kinds):
                    _ask(call, kinds, knowledge, plan)
                _send(call, kinds, plan)
                _load(call, kinds, knowledge, plan)


def _asks(kinds: Kinds) -> bool:
    return any(kind.sort == "method" and (kind.name in VERBS or kind.name == CONTEXT) for kind in kinds)


def _forwarders(knowledge: Knowledge) -> set[Function]:
    """Functions of the project that hand all their named arguments on to the client."""
    found: set[Function] = set()
    for _ in range(3):
        for names in knowledge.library:
            for happening in names.happenings:
                function = happening.scope.function
                if not isinstance(happening.node, ast.Call) or function is None:
                    continue
                kinds = knowledge.of(happening.node.func, happening.scope)
                if _hands_on(happening.node, function) and (
                    _asks(kinds) or any(kind.function in found for kind in kinds)
                ):
                    found.add(function)
    return found


def _hands_on(call: ast.Call, function: Function) -> bool:
    star = function.node.args.kwarg
    handed = [keyword.value for keyword in call.keywords if keyword.arg is None]
    return star is not None and any(isinstance(value, ast.Name) and value.id == star.arg for value in handed)


def _ask(call: Call, kinds: Kinds, knowledge: Knowledge, plan: Plan) -> None:
    for keyword in call.node.keywords:
        if keyword.arg == "data":
            _data(keyword, call, knowledge, plan)
        elif keyword.arg in ("content_type", "mimetype"):
            _content_type(keyword, call, plan)
        elif keyword.arg == "query_string":
            _query(keyword, call, knowledge, plan)
        elif keyword.arg == "buffered":
            _leave_out(keyword, call, plan)
        elif keyword.arg in ("environ_base", "environ_overrides") and _client_address(keyword, call, plan):
            pass
        elif keyword.arg in NOT_THERE:
            reason = f"Quart's test client takes no `{keyword.arg}`"
            plan.remark(call.source, keyword.value.lineno, reason, NOT_THERE[keyword.arg])
    is_context = any(kind.name == CONTEXT for kind in kinds)
    if is_context and not call.node.args and not any(keyword.arg == "path" for keyword in call.node.keywords):
        at = call.source.span(call.node.func)[1]
        opening = call.source.text.index("(", at) + 1
        plan.edits[call.source.path].insert(opening, '"/", ' if call.node.keywords else '"/"')


def _named(keyword: ast.keyword, source: Source) -> tuple[int, int]:
    """Where the name of an argument stands."""
    start = source.span(keyword)[0]
    return start, start + len(keyword.arg or "")


def _data(keyword: ast.keyword, call: Call, knowledge: Knowledge, plan: Plan) -> None:
    """`data` is the body's own bytes on Quart; fields are `form`, files are `files`."""
    edits, source = plan.edits[call.source.path], call.source
    pairs = _pairs(_literal(keyword.value, call.scope))
    files = [value for _, value in pairs or () if _is_file(value, call.scope, knowledge)]
    if pairs is None or (isinstance(keyword.value, ast.Name) and not files):
        _unwritten(keyword, call, knowledge, plan)
        return
    if not files:
        edits.replace(_named(keyword, source), "form")
    elif len(files) == len(pairs) and not isinstance(keyword.value, ast.Name):
        edits.replace(_named(keyword, source), "files")
        for value in files:
            _file(value, source, plan)
    else:
        _form_and_files(keyword, pairs, files, source, plan)
    for key, value in pairs:
        if isinstance(value, (ast.List, ast.Tuple)) and value not in files:
            plan.remark(
                source,
                value.lineno,
                f"the field `{key}` holds several values, which Quart's client sends as one text",
                "`data=` with `urlencode(…, doseq=True)` and the header `Content-Type`",
            )


def _literal(value: ast.expr, scope: Scope) -> ast.expr:
    """What a name stands for, if it was bound once, and here."""
    found = scope.find(value.id) if isinstance(value, ast.Name) else None
    if found is not None and found[0] is scope and len(found[1]) == 1 and found[1][0].how == "value":
        return found[1][0].value or value
    return value


def _unwritten(keyword: ast.keyword, call: Call, knowledge: Knowledge, plan: Plan) -> None:
    """What stands elsewhere: fields if it is a dict, the body if it is a text, or not known."""
    value = keyword.value
    plain = {kind.name for kind in knowledge.of(value, call.scope) if kind.sort == "plain"}
    if "dict" in plain:
        plan.edits[call.source.path].replace(_named(keyword, call.source), "form")
    elif not plain & {"str", "bytes"} and not isinstance(value, ast.Constant):
        plan.undecided += 1
        what = ast.unparse(value)
        instead = f"`form={what}` if it holds fields; `data={what}` stays for text or bytes"
        plan.remark(call.source, value.lineno, f"it is not known what `{what}` holds", instead, "look")


def _pairs(value: ast.expr) -> list[tuple[str, ast.expr]] | None:
    """The fields of a literal, `{…}` or `dict(…)`; None for anything else."""
    if isinstance(value, ast.Dict) and all(key is not None for key in value.keys):
        return [
            (ast.unparse(key), one)
            for key, one in zip(value.keys, value.values, strict=True)
            if key is not None
        ]
    match value:
        case ast.Call(func=ast.Name(id="dict"), args=[]) if all(one.arg for one in value.keywords):
            return [(repr(one.arg), one.value) for one in value.keywords]
    return None


def _is_file(value: ast.expr, scope: Scope, knowledge: Knowledge) -> bool:
    first = value.elts[0] if isinstance(value, ast.Tuple) and value.elts else value
    if isinstance(first, ast.Call):
        last = first.func.attr if isinstance(first.func, ast.Attribute) else getattr(first.func, "id", "")
        return last in FILES_BEGIN_WITH
    named = {kind.name.rpartition(".")[2] for kind in knowledge.of(first, scope)}
    return (
        isinstance(value, ast.Tuple) and len(value.elts) in (2, 3) and not isinstance(first, ast.Constant)
    ) or bool(named & FILES_BEGIN_WITH)


def _file(value: ast.expr, source: Source, plan: Plan) -> None:
    """`(stream, "name.png")` becomes `FileStorage(stream, "name.png")`."""
    start, end = source.span(value)
    if isinstance(value, ast.Tuple):
        plan.edits[source.path].insert(start, "FileStorage")
        if len(value.elts) > 2:
            plan.edits[source.path].insert(source.span(value.elts[2])[0], "content_type=")
    elif not (isinstance(value, ast.Call) and getattr(value.func, "id", "") == "FileStorage"):
        plan.edits[source.path].wrap((start, end), "FileStorage(", ")")
    else:
        return
    plan.needs_import(source, "from quart.datastructures import FileStorage")


def _form_and_files(
    keyword: ast.keyword, pairs: list[tuple[str, ast.expr]], files: list[ast.expr], source: Source, plan: Plan
) -> None:
    """One literal with fields and files becomes two."""
    form = ", ".join(f"{key}: {source.words(value)}" for key, value in pairs if value not in files)
    sent = ", ".join(f"{key}: {_as_file(value, source)}" for key, value in pairs if value in files)
    fields = f"form={{{form}}}, " if form else ""
    plan.edits[source.path].replace(source.span(keyword), f"{fields}files={{{sent}}}")
    plan.needs_import(source, "from quart.datastructures import FileStorage")


def _as_file(value: ast.expr, source: Source) -> str:
    if not isinstance(value, ast.Tuple):
        return f"FileStorage({source.words(value)})"
    names = ["", "", "content_type="]
    return f"FileStorage({', '.join(name + source.words(one) for name, one in zip(names, value.elts, strict=False))})"


def _content_type(keyword: ast.keyword, call: Call, plan: Plan) -> None:
    """A header of that name; for a form Quart writes it itself."""
    source, edits = call.source, plan.edits[call.source.path]
    value = keyword.value
    fills = isinstance(value, ast.Constant) and str(value.value) in (
        "multipart/form-data",
        "application/x-www-form-urlencoded",
    )
    body = next((one.value for one in call.node.keywords if one.arg == "data"), None)
    if fills and (body is None or not isinstance(body, (ast.Constant, ast.JoinedStr))):
        _leave_out(keyword, call, plan)
        return
    headers = next((one.value for one in call.node.keywords if one.arg == "headers"), None)
    if headers is None:
        start = source.span(keyword)[0]
        edits.replace((start, source.span(value)[0]), 'headers={"Content-Type": ')
        edits.insert(source.span(value)[1], "}")
    elif isinstance(headers, (ast.Dict, ast.List)) and source.text[source.span(headers)[0]] in "{[":
        pair = (
            f'"Content-Type": {source.words(value)}'
            if isinstance(headers, ast.Dict)
            else f'("Content-Type", {source.words(value)})'
        )
        edits.insert(source.span(headers)[0] + 1, f"{pair}, ")
        _leave_out(keyword, call, plan)
    else:
        plan.remark(
            source, value.lineno, f"Quart's test client takes no `{keyword.arg}`", "a header `Content-Type`"
        )


def _client_address(keyword: ast.keyword, call: Call, plan: Plan) -> bool:
    """`environ_base={"REMOTE_ADDR": a}` is `scope_base={"client": (a, 0)}`; nothing else of it is known."""
    match keyword.value:
        case ast.Dict(keys=[ast.Constant(value="REMOTE_ADDR") as key], values=[value]):
            edits = plan.edits[call.source.path]
            edits.replace(_named(keyword, call.source), "scope_base")
            edits.replace(call.source.span(key), '"client"')
            edits.wrap(call.source.span(value), "(", ", 0)")
            return True
    return False


def _leave_out(keyword: ast.keyword, call: Call, plan: Plan) -> None:
    """Take an argument away, with the comma before it."""
    start, end = call.source.span(keyword)
    before = call.source.text[:start].rstrip()
    if before.endswith(","):
        plan.edits[call.source.path].replace((len(before) - 1, end), "")
    else:
        plan.edits[call.source.path].replace((start, end), "")


def _query(keyword: ast.keyword, call: Call, knowledge: Knowledge, plan: Plan) -> None:
    plain = {kind.name for kind in knowledge.of(keyword.value, call.scope) if kind.sort == "plain"}
    if plain & {"str", "bytes"}:
        plan.remark(
            call.source,
            keyword.value.lineno,
            "Quart's test client takes `query_string` as a dict only",
            "a dict, or the path with `?…`",
        )


def _send(call: Call, kinds: Kinds, plan: Plan) -> None:
    """`send_file(download_name=…)`."""
    for name, renamed in (("quart.send_file", SEND), ("quart.send_from_directory", SEND_FROM_DIRECTORY)):
        if not any(kind.name == name for kind in kinds):
            continue
        for keyword in call.node.keywords:
            if keyword.arg in renamed:
                plan.edits[call.source.path].replace(_named(keyword, call.source), renamed[keyword.arg])
            if keyword.arg == "etag" and not (
                isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool)
            ):
                plan.remark(
                    call.source,
                    keyword.value.lineno,
                    "`add_etags` is true or false, and no text",
                    "`response.set_etag(…)`",
                )


def _load(call: Call, kinds: Kinds, knowledge: Knowledge, plan: Plan) -> None:
    """`json.load(f)` reads a file, which has to be awaited if the app opened it."""
    if not call.node.args or not any(kind.name in ("json.load", "quart.json.load") for kind in kinds):
        return
    if Kind("quart", "AsyncFile") in knowledge.of(call.node.args[0], call.scope):
        end = call.source.span(call.node.func)[1]
        plan.edits[call.source.path].insert(end, "s")
        plan.edits[call.source.path].wrap(call.source.span(call.node.args[0]), "await ", ".read()")
