"""An import means the file that Python would take."""

from moves import files

from bakery.moving.imports import Library
from bakery.moving.reading import project


def library(*paths: str) -> Library:
    return Library(project(dict.fromkeys(paths, "")))


def meant(found: Library, dotted: str, importer: str) -> str:
    names = found.file(dotted, found.files[importer].source)
    return names.source.path if names else ""


def test_a_package_is_found_from_its_top() -> None:
    found = library("pkg/__init__.py", "pkg/db.py", "tests/test_a.py")
    assert meant(found, "pkg.db", "tests/test_a.py") == "pkg/db.py"
    assert meant(found, "pkg", "tests/test_a.py") == "pkg/__init__.py"
    assert meant(found, "db", "tests/test_a.py") == ""


def test_a_folder_src_is_no_part_of_the_name() -> None:
    found = library("src/pkg/__init__.py", "src/pkg/db.py", "tests/test_a.py")
    assert meant(found, "pkg.db", "tests/test_a.py") == "src/pkg/db.py"


def test_dots_count_from_the_file_that_imports() -> None:
    found = library("pkg/__init__.py", "pkg/a.py", "pkg/sub/__init__.py", "pkg/sub/b.py")
    assert meant(found, ".a", "pkg/__init__.py") == "pkg/a.py"
    assert meant(found, "..a", "pkg/sub/b.py") == "pkg/a.py"
    assert meant(found, "..sub", "pkg/sub/b.py") == "pkg/sub/__init__.py"
    assert meant(found, ".", "pkg/a.py") == "pkg/__init__.py"


def test_a_folder_without_init_is_a_package_too() -> None:
    found = library("app/views.py", "app/models.py", "main.py")
    assert meant(found, "app.views", "main.py") == "app/views.py"
    assert meant(found, ".models", "app/views.py") == "app/models.py"


def test_of_two_files_of_one_name_the_nearer_one_is_meant() -> None:
    found = library("one/conftest.py", "one/test_a.py", "two/conftest.py", "two/test_a.py")
    assert meant(found, "conftest", "two/test_a.py") == "two/conftest.py"


def test_what_is_not_in_the_folder_is_outside() -> None:
    found = Library(project(files(app="import flask\n")))
    assert meant(found, "flask", "app.py") == ""


def test_a_folder_that_is_a_package_itself_is_found_by_its_name() -> None:
    found = Library(project(dict.fromkeys(("__init__.py", "db.py"), ""))._replace(name="flaskr"))
    assert meant(found, "flaskr.db", "__init__.py") == "db.py"
    assert meant(found, "flaskr", "db.py") == "__init__.py"
