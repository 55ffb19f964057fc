"""A student on a hub, as far as the hub can see: a browser that logs in, opens notebooks and runs their cells."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Any, Self

import aiohttp
from hub import WORD, Hub
from yarl import URL

Json = dict[str, Any]

PATIENCE = 300.0
"""Seconds for one thing, with a whole class at the same machine: a server that starts, or a cell that runs."""


class Student:
    """Somebody with a name and a browser of their own: `async with Student(hub, "ada") as ada`."""

    def __init__(self, hub: Hub, name: str) -> None:
        self.hub, self.name = hub, name
        self.base = f"{hub.address}/user/{name}"
        self.browser = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # addresses of numbers have cookies, too
            timeout=aiohttp.ClientTimeout(PATIENCE),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.browser.close()

    def _token(self, address: str) -> str:
        found = self.browser.cookie_jar.filter_cookies(URL(address)).get("_xsrf")
        return found.value if found else ""

    async def log_in(self, word: str = WORD) -> int:
        """Type a name and a word; the status of the page that comes."""
        login = f"{self.hub.address}/hub/login"
        async with self.browser.get(login):
            pass
        form = {"username": self.name, "password": word, "_xsrf": self._token(login)}
        async with self.browser.post(login, data=form) as answer:
            return answer.status

    async def start(self) -> None:
        """Ask for a server, and wait until it shows the first notebook. Raises `AssertionError` where it never does."""
        async with asyncio.timeout(PATIENCE):
            async with self.browser.get(f"{self.hub.address}/hub/spawn/{self.name}"):
                pass
            while not await self._sees_the_first_notebook():
                await asyncio.sleep(0.5)

    async def _sees_the_first_notebook(self) -> bool:
        async with self.browser.get(f"{self.base}/lab/tree/my_notebooks/00_start_here.ipynb") as answer:
            assert answer.status != 500, f"{self.name}: the hub cannot start a server; its log says why"
            return answer.status == 200 and answer.url.path.startswith(f"/user/{self.name}/lab")

    async def stop(self) -> None:
        """Give the server back, as the button `Stop My Server` does."""
        home = f"{self.hub.address}/hub/home"
        async with self.browser.get(home):
            pass
        where = f"{self.hub.address}/hub/api/users/{self.name}/server"
        headers = {"X-XSRFToken": self._token(where), "Referer": home}
        async with asyncio.timeout(PATIENCE):
            while True:
                async with self.browser.delete(where, headers=headers) as answer:
                    if answer.status in {204, 404}:
                        return
                    assert answer.status in {202, 400}, (answer.status, await answer.text())
                await asyncio.sleep(0.5)

    async def runs(self) -> bool:
        """Whether the student's server answers; a stopped one is started by nobody who only asks."""
        async with self.browser.get(f"{self.base}/api/status", allow_redirects=False) as answer:
            return answer.status == 200

    async def ask(self, path: str, method: str = "GET", json: Json | None = None) -> Any:  # noqa: ANN401 - JSON
        """Ask the student's own server. Raises `AssertionError` where it refuses."""
        where = f"{self.base}/{path}"
        headers = {"X-XSRFToken": self._token(where)}
        async with self.browser.request(method, where, headers=headers, json=json) as answer:
            assert answer.status < 300, f"{method} {path}: {answer.status} {(await answer.text())[:300]}"
            return await answer.json() if answer.status != 204 else None

    async def notebook(self, name: str) -> Json:
        """A notebook of the student's working copy."""
        found = await self.ask(f"api/contents/my_notebooks/{name}.ipynb")
        content: Json = found["content"]
        return content

    @asynccontextmanager
    async def kernel(self, name: str) -> AsyncIterator["Kernel"]:
        """A kernel for a notebook, as JupyterLab opens one, until the block ends."""
        path = f"my_notebooks/{name}.ipynb"
        wanted = {"path": path, "name": name, "type": "notebook", "kernel": {"name": "python3"}}
        session = await self.ask("api/sessions", "POST", json=wanted)
        channels = f"{self.base}/api/kernels/{session['kernel']['id']}/channels"
        headers = {"X-XSRFToken": self._token(channels)}
        try:
            async with self.browser.ws_connect(channels, headers=headers, max_msg_size=0) as line:
                yield Kernel(line)
        finally:
            with suppress(
                AssertionError
            ):  # a kernel that has died is gone, and what became of its cell is told
                await self.ask(f"api/sessions/{session['id']}", "DELETE")

    async def run(self, name: str) -> list[str]:
        """Run a whole notebook; what went wrong, cell by cell."""
        content = await self.notebook(name)
        faults = []
        async with self.kernel(name) as kernel:
            for cell in content["cells"]:
                if cell["cell_type"] != "code" or "raises-exception" in cell["metadata"].get("tags", []):
                    continue
                _, error = await kernel.run("".join(cell["source"]))
                if error:
                    faults.append(f"{self.name}, {name}, cell {cell['id']}: {error}")
        return faults


class Kernel:
    """A kernel at the other end of a WebSocket."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self.line = line

    async def run(self, code: str) -> tuple[str, str]:
        """Run a cell: what it printed, and the error that it raised, or "".

        Raises `AssertionError` where the kernel is lost before the cell ends.
        """
        request = _message("execute_request", {"code": code, "silent": False, "stop_on_error": False})
        await self.line.send_str(json.dumps(request))
        printed, error, replied, idle = "", "", False, False
        async with asyncio.timeout(PATIENCE):
            async for message in self.line:
                assert message.type is aiohttp.WSMsgType.TEXT, f"{message.type.name}: {message.data!r}"
                told = json.loads(message.data)
                if told["parent_header"].get("msg_id") != request["header"]["msg_id"]:
                    continue
                content: Mapping[str, Any] = told["content"]
                match told["msg_type"]:
                    case "stream":
                        printed += content["text"]
                    case "error":
                        error = f"{content['ename']}: {content['evalue']}"
                    case "execute_reply":
                        replied = True
                    case "status":
                        idle = content["execution_state"] == "idle"
                if replied and idle:
                    return printed, error
        raise AssertionError(f"the line to the kernel ended before this cell did:\n{code}")


def _message(kind: str, content: Json) -> Json:
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": kind,
        "version": "5.3",
        "username": "",
        "session": "class",
    }
    return {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}
