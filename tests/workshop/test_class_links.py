"""The links for a class follow from one address, and that address is the origin's where none is settled."""

import subprocess
from pathlib import Path

import pytest

from workshop.class_links import known, links, origin, settle, web_address
from workshop.pyproject import ProjectError, settings

URL = "https://github.com/ada/three-cakes"
HUB = "https://hub.example.org/"


@pytest.mark.parametrize(
    "remote",
    [
        URL,
        f"{URL}.git",
        f"{URL}/",
        "git@github.com:ada/three-cakes.git",
        "ssh://git@github.com/ada/three-cakes.git",
        "https://ada:a-secret-token@github.com/ada/three-cakes.git\n",
    ],
)
def test_every_form_of_a_remote_leads_to_the_address_that_a_browser_shows_without_secrets(
    remote: str,
) -> None:
    assert web_address(remote) == URL


@pytest.mark.parametrize(
    "remote", ["", "/home/ada/cakes", "file:///srv/cakes", "https://github.com", "cakes"]
)
def test_a_remote_that_no_browser_gets_to_is_refused_or_is_none(remote: str) -> None:
    if remote:
        with pytest.raises(ProjectError, match="Did you mean"):
            web_address(remote)
    else:
        assert web_address(remote) == ""


def test_a_class_gets_a_link_for_every_way_to_begin() -> None:
    found = dict(links(URL, HUB))
    assert found["Binder, nothing to install"].startswith("https://mybinder.org/v2/gh/ada/three-cakes/main")
    assert found["Codespaces, with an account at GitHub"] == "https://codespaces.new/ada/three-cakes"
    colab = "https://colab.research.google.com/github/ada/three-cakes/blob/learners/colab/00_start_here.ipynb"
    assert colab in found.values()
    assert found["the site, in the browser alone"] == "https://ada.github.io/three-cakes/"
    pull = found["your hub, which pulls the notebooks"]
    assert pull.startswith(
        "https://hub.example.org/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub.com%2Fada"
    )
    assert "branch=learners" in pull
    assert pull.endswith("urlpath=lab%2Ftree%2Fthree-cakes%2Fmy_notebooks%2F00_start_here.ipynb")


def test_a_repository_elsewhere_has_no_links_that_only_github_has() -> None:
    found = dict(links("https://git.example.org/ada/three-cakes"))
    assert not any("github" in link or "codespaces" in link for link in found.values())
    assert "the site, in the browser alone" not in found
    assert (
        dict(links("https://git.example.org/a/b", site="https://cakes.example.org"))[
            "the site, in the browser alone"
        ]
        == "https://cakes.example.org/"
    )


def repository(folder: Path, remote: str = "") -> Path:
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    if remote:
        subprocess.run(["git", "remote", "add", "origin", remote], cwd=folder, check=True)
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "cakes"\n\n[project.urls]\n# Repository = "…"\n', "utf-8"
    )
    return folder


def test_the_origin_of_a_fork_is_the_address_until_one_is_settled(tmp_path: Path) -> None:
    root = repository(tmp_path, "git@github.com:ada/three-cakes.git")
    assert origin(root) == known(root) == URL
    (root / "pyproject.toml").write_text(
        '[project.urls]\nRepository = "https://github.com/o/n"\n[project]\n', "utf-8"
    )


def test_a_copy_without_an_origin_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="make address URL="):
        known(repository(tmp_path))


@pytest.mark.parametrize("remote", ["/home/ada/cakes", "http://ada:a-secret-token@cakes"])
def test_a_copy_of_a_folder_or_of_a_bare_host_says_how_to_name_an_address_and_no_secret(
    remote: str, tmp_path: Path
) -> None:
    with pytest.raises(ProjectError, match=r"no browser gets to.* make address URL=") as refused:
        known(repository(tmp_path, remote))
    assert "pyproject.toml" not in str(refused.value)
    assert "a-secret-token" not in str(refused.value)


def test_an_address_is_settled_in_one_place_and_can_be_settled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workshop.class_links.write", lambda _root: ["README.md"])
    root = repository(tmp_path)
    assert settle(root, URL) == ["pyproject.toml", "README.md"]
    assert settings(root)["project"]["urls"]["Repository"] == URL == known(root)
    settle(root, "https://github.com/bob/cakes")
    assert settings(root)["project"]["urls"]["Repository"] == "https://github.com/bob/cakes"


def test_an_address_of_another_form_changes_nothing(tmp_path: Path) -> None:
    root = repository(tmp_path)
    before = (root / "pyproject.toml").read_text("utf-8")
    with pytest.raises(ProjectError, match="Did you mean"):
        settle(root, "http://cakes")
    assert (root / "pyproject.toml").read_text("utf-8") == before
