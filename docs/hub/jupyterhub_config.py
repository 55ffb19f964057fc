"""JupyterHub for a class on one machine: everybody logs in with a name of their own and the class word.

`make hub` starts it, and `make hub-check` tries it with twenty students; README.md beside it says what it is good for.
What differs from class to class is said by variables:

CLASS_WORD       what everybody types to log in, at least eight letters; without it, the hub does not start
CLASS_ADDRESS    where students find the hub; this machine alone, unless said otherwise
CLASS_FOLDER     where the students' work is kept, a folder for each
CLASS_TEACHER    what the user `teacher` types instead, at least 32 letters; without it, nobody may stop others' servers
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from bakery.working_copy import COPY, FIRST, refresh

c = get_config()  # type: ignore[name-defined]  # noqa: F821 - JupyterHub gives it to this file

SERIES = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("CLASS_FOLDER", "class")).resolve()
PROGRAMS = Path(sys.prefix)

if len(os.environ.get("CLASS_WORD", "")) < 8:
    sys.exit(
        "The class needs a word of at least eight letters. Did you mean:  make hub CLASS_WORD=three-cakes"
    )
FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)

# The doors: one for students, and two that only this machine can reach.
c.JupyterHub.bind_url = os.environ.get("CLASS_ADDRESS", "http://127.0.0.1:8000")
c.JupyterHub.hub_bind_url = os.environ.get("CLASS_HUB", "http://127.0.0.1:8081")
c.ConfigurableHTTPProxy.api_url = os.environ.get("CLASS_PROXY", "http://127.0.0.1:8001")
c.ConfigurableHTTPProxy.command = [str(PROGRAMS / "node_modules" / ".bin" / "configurable-http-proxy")]

# Who gets in: whoever knows the word, under any name.
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["CLASS_WORD"]
c.Authenticator.allow_all = True
if os.environ.get("CLASS_TEACHER"):
    c.Authenticator.admin_users = {"teacher"}
    c.SharedPasswordAuthenticator.admin_password = os.environ["CLASS_TEACHER"]

# What everybody gets: a server of their own, with a folder of their own, in the account that runs the hub.
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(FOLDER / "homes" / "{username}")
c.Spawner.cmd = [str(PROGRAMS / "bin" / "jupyterhub-singleuser")]
c.Spawner.default_url = f"/lab/tree/{COPY}/{FIRST}"
c.Spawner.args = [
    *(["--allow-root"] if os.geteuid() == 0 else []),
    # Kernels talk over files. Over ports, sixty that start in the same minute may be given the same ones, and end.
    "--ConnectionFileMixin.transport=ipc",
    # Who goes home without logging out: kernels end after an hour, servers after two. What is saved stays.
    f"--MappingKernelManager.cull_idle_timeout={os.environ.get('CLASS_KERNEL_SECONDS', '3600')}",
    f"--MappingKernelManager.cull_interval={os.environ.get('CLASS_LOOK_SECONDS', '300')}",
    f"--ServerApp.shutdown_no_activity_timeout={os.environ.get('CLASS_SERVER_SECONDS', '7200')}",
]
c.Spawner.environment = {"JUPYTER_PREFER_ENV_PATH": "1"}
c.Spawner.poll_interval = 5

# Thirty people press the button in the same minute. With a limit, JupyterHub would send the late ones away with an error;
# without one all wait together, and each a little longer.
c.JupyterHub.concurrent_spawn_limit = 0
c.Spawner.start_timeout = c.Spawner.http_timeout = 300

c.JupyterHub.db_url = f"sqlite:///{FOLDER / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(FOLDER / "cookie_secret")
c.JupyterHub.cleanup_servers = True
c.ConfigurableHTTPProxy.pid_file = str(FOLDER / "proxy.pid")


def prepare(spawner) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - JupyterHub has no types
    """Lay the notebooks into a student's folder, without outputs; what the student has changed stays."""
    home = FOLDER / "homes" / spawner.user.name
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    refresh(SERIES, home=home)
    # The files over which kernels talk have to have short names, wherever the class is kept.
    spawner.environment = spawner.environment | {"JUPYTER_RUNTIME_DIR": tempfile.mkdtemp(prefix="class-")}


def clear_up(spawner) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Remove what kernels have talked over."""
    shutil.rmtree(spawner.environment.get("JUPYTER_RUNTIME_DIR", ""), ignore_errors=True)


c.Spawner.pre_spawn_hook = prepare
c.Spawner.post_stop_hook = clear_up
