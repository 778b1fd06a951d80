"""Rehearses the deployment without containers: `make deploy-rehearsal TEST_DATABASE_URL=postgres://…`.

Does by hand what Dockerfile and compose.yaml have done: a fresh environment from the hashed lock, a tree nobody may
write to, the container's user when started as root, secrets as files, a plain database role, the local Intacct.
Asserts each step and leaves nothing behind. Owns no deployment logic: it runs the commands that the containers run.
"""

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from config import keys
from integrations.sandbox.facade import SandboxProcess
from scripts import rehearse_proxies
from scripts.rehearse_outage import database_goes_away
from scripts.rehearsed_stage import HOST, ROOT, RehearsalFailed, Stage, expect, free_port, wait_for

NOT_CHECKED = 3


# --- What the Dockerfile does ---------------------------------------------------------------------------------


def copy_sources(stage: Stage) -> None:
    """The files that the image gets: what .dockerignore lets in, of what git knows."""
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *let_in]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - fixed
    for name in filter(None, listed.stdout.split("\0")):
        if name.startswith("integrations/sandbox/"):
            continue  # as without the build argument DEMO
        target = stage.app / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    left_out = ("tests", ".env", "integrations/sandbox")
    expect(not any((stage.app / name).exists() for name in left_out), "more was let in than runs")


def _interpreter(stage: Stage) -> str:
    """A Python that the container's user may run; one under a home directory is out of its reach."""
    for candidate in (os.path.realpath(sys.executable), "/usr/bin/python3", "/usr/local/bin/python3"):
        wanted = [candidate, "-c", "import sys, venv; sys.exit(sys.version_info < (3, 11))"]
        with contextlib.suppress(OSError):
            if subprocess.run(wanted, check=False, capture_output=True, cwd="/", **stage.identity).returncode == 0:  # noqa: S603
                return candidate
    raise RehearsalFailed(f"No Python 3.11 or newer that user {stage.uid} may run.")


def install_packages(stage: Stage) -> None:
    """The locked packages, hashes checked, wheels only, into an environment that has no pip."""
    venv = stage.folder / "venv"
    subprocess.run([_interpreter(stage), "-m", "venv", "--without-pip", str(venv)], check=True)  # noqa: S603
    pip = [sys.executable, "-m", "pip", "--python", stage.python, "install", "-qq", "--disable-pip-version-check"]
    locked = ["--require-hashes", "--only-binary", ":all:", "-r", str(stage.app / "requirements.txt")]
    subprocess.run([*pip, *locked], check=True)  # noqa: S603
    stage.environment = {"PATH": f"{venv / 'bin'}:/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONUNBUFFERED": "1"}
    for name in ("pip", "pytest", "mypy"):
        stage.run("-c", f"import importlib.util, sys; sys.exit(importlib.util.find_spec('{name}') is not None)")


def collect_static_files(stage: Stage) -> None:
    build = {"SECRET_KEY": "build", "FIELD_ENCRYPTION_KEYS": "build", "ALLOWED_HOSTS": "build"}
    command = [stage.python, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(command, cwd=stage.app, env={**stage.environment, **build}, check=True)  # noqa: S603
    subprocess.run([stage.python, "-m", "compileall", "-q", str(stage.app)], check=True)  # noqa: S603
    subprocess.run(["chmod", "-R", "a-w,a+rX", str(stage.app)], check=True)  # noqa: S603, S607
    stage.environment["PYTHONDONTWRITEBYTECODE"] = "1"
    denied = "from pathlib import Path\ntry: Path('x').touch()\nexcept OSError: print('denied')"
    expect("denied" in stage.run("-c", denied), "the tree can be written to")


# --- What compose.yaml does -----------------------------------------------------------------------------------


def make_secrets(stage: Stage) -> None:
    """As an operator does once; the variables are those that compose.yaml sets."""
    keys.write_production(stage.secrets, HOST, owner=stage.uid)
    for path in stage.secrets.iterdir():
        expect(path.name == "site.env" or path.stat().st_mode & 0o777 == 0o600, f"{path} can be read by others")
    declared = (ROOT / "compose.yaml").read_text()
    named = re.findall(r"^    (\w+_FILE): /run/secrets/(\w+)$", declared, re.MULTILINE)
    expect(len(named) == 7, named)
    stage.environment |= {variable: str(stage.secrets / secret) for variable, secret in named}
    plain = re.findall(r'^    (CACHE_URL|TRUST_PROXY_HEADERS): "?([^"\n]+)"?$', declared, re.MULTILINE)
    expect(len(plain) == 2, plain)
    stage.environment |= dict(plain)
    site = (line.split("=", 1) for line in (stage.secrets / "site.env").read_text().splitlines() if "=" in line)
    stage.environment |= dict(site)
    temporary = stage.folder / "tmp"  # as /tmp of the container, where uploads pass through
    temporary.mkdir()
    os.chown(temporary, stage.uid, -1)
    stage.environment["TMPDIR"] = str(temporary)


def point_at(stage: Stage, local: SandboxProcess) -> None:
    facts = local.credentials
    (stage.secrets / "intacct_sender_password").write_text(facts["sender_password"])
    stage.environment |= {
        "INTACCT_SENDER_ID": facts["sender"],
        "INTACCT_ENDPOINT_URL": local.endpoint,
        "INTACCT_ALLOWED_ENDPOINT_HOSTS": "127.0.0.1",
        "INTACCT_USER_PASSWORD": facts["password"],
    }


@contextlib.contextmanager
def database(stage: Stage, administrator: str) -> Iterator[Callable[[], str]]:
    """A plain role that owns nothing but its databases; yields a maker of empty ones, and drops all at the end."""
    role = f"rehearsal_{os.getpid()}"
    parts, password = urlsplit(administrator), (stage.secrets / "postgres_password").read_text()
    made: list[str] = []
    with psycopg.connect(administrator, autocommit=True) as server:
        kind = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}")
        server.execute(kind.format(sql.Identifier(role), sql.Literal(password)))

        def make() -> str:
            made.append(f"{role}_{len(made)}")
            server.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(made[-1]), sql.Identifier(role))
            )
            return f"postgres://{role}:{password}@{parts.hostname}:{parts.port or 5432}/{made[-1]}"

        try:
            yield make
        finally:
            for name in made:
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            server.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def release(stage: Stage, url: str) -> None:
    (stage.secrets / "database_url").write_text(url)
    said = stage.manage("release")
    for told in ("Applying", "This site trusts", HOST, "holders of METRICS_TOKEN"):
        expect(told in said, f"{told!r} is missing in:\n{said}")
    expect("No migrations to apply" in stage.manage("release"), "a second release is not quiet")


def fetch(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """What the site answers to the proxy; redirects are not followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args: Any, **kwargs: Any) -> None:
            return None

    opener = urllib.request.build_opener(Stay, urllib.request.ProxyHandler({}))
    sent = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1", **headers}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=sent)
    try:
        with opener.open(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, dict(answer.headers), answer.read().decode()


def serve(stage: Stage, port: int) -> "subprocess.Popen[str]":
    with (stage.folder / "web.log").open("w") as log:
        command = ("-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi")
        site = stage.start(*command, output=log, BIND=f"127.0.0.1:{port}")
    probe = ("-m", "config.healthcheck")
    wait_for(lambda: stage.start(*probe, BIND=f"127.0.0.1:{port}").wait() == 0, "the site answers its health check")
    return site


def look_at_site(stage: Stage, port: int) -> None:
    status, headers, page = fetch(port, "/login/")
    expect(status == 200 and "default-src 'none'" in headers["Content-Security-Policy"], (status, headers))
    [style, *_] = re.findall(r'href="(/static/[\w/.-]+\.[0-9a-f]{12}\.css)"', page) or [""]
    status, headers, _ = fetch(port, style)
    expect(status == 200 and "immutable" in headers.get("Cache-Control", ""), (style, status, headers))
    status, headers, _ = fetch(port, "/login/", **{"X-Forwarded-Proto": "http"})
    expect((status, headers.get("Location")) == (301, f"https://{HOST}/login/"), (status, headers))
    expect(fetch(port, "/login/", Host="elsewhere.example")[0] == 400, "a foreign host name is served")
    expect(fetch(port, "/metrics")[0] == 401, "/metrics answers without its token")
    token = (stage.secrets / "metrics_token").read_text()
    expect("erp_admin_runs" in fetch(port, "/metrics", Authorization=f"Bearer {token}")[2], "/metrics says nothing")


def work(stage: Stage) -> "subprocess.Popen[str]":
    with (stage.folder / "worker.log").open("w") as log:
        worker = stage.start("manage.py", "worker", "--supervise", output=log)
    wait_for(lambda: stage.start("manage.py", "queue_health").wait() == 0, "the worker's heartbeat")
    return worker


def main_job(stage: Stage, local: SandboxProcess, port: int) -> None:
    """A tenant connects, and the worker reads its lists."""
    facts = local.credentials
    stage.manage("create_tenant", "river", "--name", "River Works", "--admin", "ada@river.example")
    stage.manage("connect", "river", "--company", facts["company"], "--user", facts["user"])
    stage.manage("sync", "river", "--queue", code=5)  # queued, not done
    wait_for(lambda: stage.ask("runs", "river")["runs"][0]["state"] not in ("queued", "running"), "the run's end")
    [run] = stage.ask("runs", "river")["runs"]
    expect(run["state"] == "succeeded" and run["totals"]["read"] > 100, run)
    expect(fetch(port, "/readyz")[0] == 200, "the site is not ready")


def back_up_and_restore(stage: Stage, first: str, second: str) -> None:
    """A dump restored elsewhere is whole, opens with the keys it was made with, and with no others."""
    dump = stage.folder / "backup.dump"
    subprocess.run(["pg_dump", "--format=custom", f"--file={dump}", first], check=True)  # noqa: S603, S607
    subprocess.run(["pg_restore", "--no-owner", "--exit-on-error", f"--dbname={second}", str(dump)], check=True)  # noqa: S603, S607
    restored = {"DATABASE_URL_FILE": str(stage.folder / "restored_url")}
    (stage.folder / "restored_url").write_text(second)
    expect("No migrations to apply" in stage.manage("release", **restored), "the restored database is not whole")
    expect(stage.ask("runs", "river", **restored) == stage.ask("runs", "river"), "runs were lost")
    expect(stage.ask("rotate_keys", **restored)["current"] == 1, "the stored password does not open")
    (stage.folder / "other_keys").write_text(keys.fernet_key())
    other = {**restored, "FIELD_ENCRYPTION_KEYS_FILE": str(stage.folder / "other_keys")}
    expect("no key opens" in stage.manage("rotate_keys", code=1, **other), "a foreign key opened a secret")

    # And while a copy is at hand: a new key first, then it alone, as docs/operations.md has it.
    new, old = (stage.folder / "other_keys").read_text(), (stage.secrets / "field_encryption_keys").read_text()
    (stage.folder / "both_keys").write_text(f"{new},{old}")
    both = {**restored, "FIELD_ENCRYPTION_KEYS_FILE": str(stage.folder / "both_keys")}
    expect(stage.ask("rotate_keys", **both)["resealed"] == 1, "the stored password was not sealed again")
    expect(stage.ask("rotate_keys", **other)["current"] == 1, "the new key alone does not open it")


def end(process: "subprocess.Popen[str]") -> None:
    """After a step that failed: asked first, because only the process itself knows those it started."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=60)
        process.kill()


def admin_chooses_password(stage: Stage) -> None:
    """As by the link that was mailed, which nobody here gets."""
    code = f"from accounts.models import User; person = User.objects.get(email='{rehearse_proxies.ADMIN}'); "
    stage.manage("shell", "--command", code + f"person.set_password('{rehearse_proxies.PASSWORD}'); person.save()")


def edge(stage: Stage, port: int, url: str, step: Callable[[str, Callable[[], Any]], Any]) -> None:
    """Each proxy that is installed, in front of the site; what is not installed is said at the end."""

    def rows(query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(url) as database:
            return database.execute(query).fetchall()

    for name in filter(rehearse_proxies.installed, rehearse_proxies.PROXIES):
        rehearse_proxies.rehearse_proxy(name, stage.folder, port, rows, step)
    step("no proxy at all", lambda: rehearse_proxies.without_a_proxy(port))


def stop(name: str, process: "subprocess.Popen[str]", seconds: float) -> None:
    """As a container is stopped: SIGTERM to the first process alone."""
    process.send_signal(signal.SIGTERM)
    expect(process.wait(timeout=seconds) == 0, f"The {name} ended with {process.returncode}")
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, 0)
        raise RehearsalFailed(f"The {name} left processes behind")


def rehearse(stage: Stage, administrator: str, step: Callable[[str, Callable[[], Any]], Any]) -> None:
    step("copy what the image gets", lambda: copy_sources(stage))
    step("install the locked packages", lambda: install_packages(stage))
    step("collect static files, lock the tree", lambda: collect_static_files(stage))
    step("make secrets", lambda: make_secrets(stage))
    port = free_port()
    with SandboxProcess() as local, database(stage, administrator) as make, contextlib.ExitStack() as running:
        point_at(stage, local)
        first, second = make(), make()
        step("release: check, migrate, cache", lambda: release(stage, first))
        site = step("serve", lambda: serve(stage, port))
        running.callback(end, site)
        step("pages, static files, refusals", lambda: look_at_site(stage, port))
        worker = step("start the worker", lambda: work(stage))
        running.callback(end, worker)
        step("connect, and sync by the worker", lambda: main_job(stage, local, port))
        admin_chooses_password(stage)
        edge(stage, port, first, step)
        step(
            "database goes away and comes back",
            lambda: database_goes_away(port, administrator, first, rehearse_proxies.ADMIN, rehearse_proxies.PASSWORD),
        )
        step("back up, restore, rotate keys", lambda: back_up_and_restore(stage, first, second))
        step("stop the worker", lambda: stop("worker", worker, 30))
        step("stop the site", lambda: stop("site", site, 40))


def _step(name: str, do: Callable[[], Any]) -> Any:
    """Do it, and say how long it took; what it found out stands below."""
    began = time.monotonic()
    result = do()
    sys.stdout.write(f"{name:36} ok {time.monotonic() - began:7.1f} s\n")
    if isinstance(result, str) and result:
        sys.stdout.write(f"    {result}\n")
    sys.stdout.flush()
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Rehearse the deployment on TEST_DATABASE_URL.")
    parser.add_argument("--tolerate-unchecked", action="store_true", help="exit with 0 where a proxy is not installed")
    options = parser.parse_args(arguments)
    administrator = os.environ.get("TEST_DATABASE_URL", "")
    if not administrator:
        sys.stderr.write("Set TEST_DATABASE_URL to a PostgreSQL on which databases and roles may be made.\n")
        return 2
    folder = Path(tempfile.mkdtemp(prefix="rehearsal-"))
    folder.chmod(0o755)
    try:
        rehearse(Stage(folder), administrator, _step)
    except RehearsalFailed as failed:
        sys.stderr.write(f"Failed: {failed}\n")
        for log in folder.glob("*.log"):
            sys.stderr.write(f"--- {log.name}\n{log.read_text()[-3000:]}\n")
        return 1
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(folder)], check=False)  # noqa: S603, S607
        shutil.rmtree(folder)
    missing = [name for name in rehearse_proxies.PROXIES if not rehearse_proxies.installed(name)]
    sys.stdout.writelines(f"NOT CHECKED: {name} is not installed; nothing is known of it.\n" for name in missing)
    sys.stdout.write("The deployment works.\n" if not missing else "What was checked works.\n")
    return NOT_CHECKED if missing and not options.tolerate_unchecked else 0


if __name__ == "__main__":
    sys.exit(main())
