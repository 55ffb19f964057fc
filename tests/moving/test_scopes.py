"""Names mean what Python would take them to mean."""

import ast

import pytest

from bakery.moving.reading import parsed
from bakery.moving.scopes import Names, Scope, names


def scopes(text: str) -> Names:
    return names(parsed("a.py", text))


def scope_of(found: Names, function: str) -> Scope:
    return next(one.inner for one in found.functions if one.name == function)


def bound(scope: Scope, name: str) -> list[str]:
    found = scope.find(name)
    return [binding.how for binding in found[1]] if found else []


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("x = 1", "value"),
        ("x: int = 1", "value"),
        ("for x in y: pass", "each"),
        ("with y as x: pass", "enter"),
        ("import x", "import"),
        ("from y import x", "import"),
        ("import z as x", "import"),
        ("def x(): pass", "function"),
        ("class x: pass", "class"),
        ("(x := 1)", "value"),
        ("(a, [x]) = y", "value"),
        ("try: pass\nexcept E as x: pass", "other"),
    ],
)
def test_everything_that_binds_a_name_is_seen(text: str, how: str) -> None:
    assert bound(scopes(text).top, "x") == [how]


def test_a_parameter_hides_the_name_outside() -> None:
    found = scopes("request = 1\ndef f(request): pass\n")
    assert bound(scope_of(found, "f"), "request") == ["parameter"]


def test_methods_do_not_see_the_names_of_their_class() -> None:
    found = scopes("class C:\n    x = 1\n    def f(self): pass\n")
    assert bound(scope_of(found, "C.f"), "x") == []
    assert bound(found.classes[0].inner, "x") == ["value"]


def test_global_and_nonlocal_reach_outside() -> None:
    found = scopes("def f():\n    global x\n    x = 1\n")
    assert bound(found.top, "x") == ["value"]
    inner = scopes("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n")
    scope = scope_of(inner, "g").find("x")
    assert scope is not None
    assert scope[0] is scope_of(inner, "f")


def test_a_comprehension_has_names_of_its_own() -> None:
    found = scopes("y = [x for x in z]\n")
    assert bound(found.top, "x") == []


def test_defaults_and_decorators_belong_to_the_scope_around() -> None:
    found = scopes("@deco(a)\ndef f(b=c): d\n")
    where = {node.id: one.scope for one in found.happenings if isinstance(node := one.node, ast.Name)}
    assert where["a"] is where["c"] is found.top
    assert where["d"] is scope_of(found, "f")


def test_what_stands_around_a_node_is_told_from_the_inside() -> None:
    found = scopes("def f():\n    return g(x)\n")
    node = next(one.node for one in found.happenings if isinstance(one.node, ast.Name) and one.node.id == "x")
    assert [type(above) for above in found.above(node)] == [ast.Call, ast.Return, ast.FunctionDef, ast.Module]


def test_functions_are_named_with_their_class_and_print_their_place() -> None:
    found = scopes("class C:\n    def f(self): pass\nlambda: 1\n")
    assert [function.name for function in found.functions] == ["C.f", "lambda"]
    assert repr(found.functions[0]) == "a.py:2 C.f"
    assert repr(found.classes[0]) == "a.py:1 C"
