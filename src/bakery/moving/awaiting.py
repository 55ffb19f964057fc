"""Writing `async` and `await`, with brackets where Python needs them; or the reason why it cannot be."""

import ast

from bakery.moving.contexts import write_context_makers, write_for, write_with
from bakery.moving.needs import Need
from bakery.moving.plan import Plan
from bakery.moving.scopes import Function
from bakery.moving.spreading import Spread

BEFORE_SERVING = "put it into an `async def` below `@app.before_serving`, or into a click command"


def write_awaits(spread: Spread, plan: Plan) -> None:
    """Make functions async and await in them, for all that is due."""
    for function in spread.asynced:
        if isinstance(function.node, ast.FunctionDef):
            at = function.source.at(function.node.lineno, function.node.col_offset)
            plan.edits[function.source.path].wrap((at, at), "async ", "")
    write_context_makers(spread, plan)
    for need in spread.needs:
        if spread.due(need):
            _Writer(spread, plan, need).write()


class _Writer:
    """Writes one thing that is due, or says why it cannot."""

    def __init__(self, spread: Spread, plan: Plan, need: Need) -> None:
        self.spread = spread
        self.plan = plan
        self.need = need
        self.source = need.scope.source
        self.names = plan.library.files[self.source.path]
        self.edits = plan.edits[self.source.path]

    def write(self) -> None:
        function = self.need.scope.function
        if function is None:
            self._outside_of_functions()
        elif function not in self.spread.asynced:
            self._stuck(function)
        elif self.need.form == "with":
            self._said(write_with(self.need, self.spread, self.plan))
        elif self.need.form == "for":
            self._said(write_for(self.need, self.names, self.plan))
        else:
            self._await()

    def _said(self, trouble: str) -> None:
        if trouble:
            self._undecided(trouble)
        else:
            self.plan.awaits += 1

    # Where it can be awaited

    def _await(self) -> None:
        node = self.need.node
        assert isinstance(node, ast.expr)  # noqa: S101 - the form says so
        if not self._is_in_its_place(node):
            self._undecided("stands in an f-string, and this Python does not tell where in it")
            return
        span = self.source.span(node)
        if self.need.what == "Response.text" and isinstance(node, ast.Attribute):
            self.edits.replace((self.source.span(node.value)[1], span[1]), ".get_data(as_text=True)")
        if self._needs_brackets(node, span):
            self.edits.wrap(span, "(await ", ")")
        else:
            self.edits.wrap(span, "await ", "")
        self.plan.awaits += 1
        self._unlazy(node)

    def _needs_brackets(self, node: ast.expr, span: tuple[int, int]) -> bool:
        match self.names.parents.get(node):
            case ast.Attribute(value=first) | ast.Subscript(value=first) | ast.Call(func=first):
                text = self.source.text
                has_them = text[: span[0]].rstrip()[-1:] == "(" and text[span[1] :].lstrip()[:1] == ")"
                return first is node and not has_them
        return False

    def _unlazy(self, node: ast.AST) -> None:
        """A generator expression that awaits is an async one, which `any` does not take: make it a list."""
        inside = node
        for above in self.names.above(node):
            if isinstance(above, ast.GeneratorExp) and inside is not above.generators[0]:
                self._listed(above)
            if isinstance(above, (ast.stmt, ast.Lambda)):
                return
            inside = above

    def _listed(self, node: ast.GeneratorExp) -> None:
        start, end = self.source.span(node)
        parent = self.names.parents.get(node)
        only = isinstance(parent, ast.Call) and len(parent.args) == 1 and not parent.keywords
        self.edits.replace((start, start + 1), "([" if only else "[")
        self.edits.replace((end - 1, end), "])" if only else "]")

    def _is_in_its_place(self, node: ast.expr) -> bool:
        """Whether the parser tells the right place: in f-strings it did not always before Python 3.12."""
        if not any(isinstance(above, ast.JoinedStr) for above in self.names.above(node)):
            return True
        try:
            found = ast.parse(self.source.words(node).strip(), mode="eval").body
        except (SyntaxError, ValueError):
            return False
        return ast.dump(found) == ast.dump(node)

    # Where it cannot

    def _outside_of_functions(self) -> None:
        """At the top of a file a call can be run to its end; a context cannot be entered."""
        node, source = self.need.node, self.source
        above = list(self.names.above(node))
        inside_with = any(isinstance(one, ast.With) for one in above)
        in_a_class = any(isinstance(one, ast.ClassDef) for one in above)
        if inside_with and self.need.form != "with":
            return
        if self.need.callees and self.need.form == "await" and not in_a_class and isinstance(node, ast.expr):
            self.edits.wrap(source.span(node), "asyncio.run(", ")")
            self.plan.needs_import(source, "import asyncio")
            self.plan.remark(
                source,
                self.need.line,
                f"`{self.need.what}` is async and is called outside of any function: it is run to its end here, "
                "which fails where a server imports this file inside its event loop",
                BEFORE_SERVING,
                "look",
            )
            return
        self._undecided("stands outside of any function, where nothing can be awaited", BEFORE_SERVING)

    def _stuck(self, function: Function) -> None:
        reason = self.spread.pinned.get(function, "its function stays sync")
        self._undecided(f"has to be awaited: {reason}")

    def _undecided(self, reason: str, write: str = "") -> None:
        self.plan.undecided += 1
        write = write or (
            f"await {ast.unparse(self.need.node)}" if isinstance(self.need.node, ast.expr) else ""
        )
        self.plan.remark(self.source, self.need.line, f"`{self.need.what}` {reason}", write)
