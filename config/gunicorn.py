"""How the site is served: `gunicorn --config python:config.gunicorn config.wsgi`. Numbers from the environment."""

import os

bind = os.environ.get("BIND", "0.0.0.0:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"  # requests wait for Intacct and the database; nothing is async
threads = int(os.environ.get("WEB_THREADS", "4"))
# Not the length of a request, which threads may exceed: how long a process may be stuck altogether.
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 2000
max_requests_jitter = 200
worker_tmp_dir = "/dev/shm"  # noqa: S108 - a heartbeat file; on disk it would stall with the disk
accesslog = None  # the proxy writes one
control_socket_disable = True
forwarder_headers = ""  # the site lies at the root: a client's SCRIPT_NAME must not pass, not even through a proxy
