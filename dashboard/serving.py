"""How gunicorn serves the dashboard: `gunicorn -c python:dashboard.serving dashboard.wsgi`."""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = 8
worker_class = "gthread"
# No request waits for a panel, so whatever takes longer than this is stuck.
graceful_timeout = 10
# Nobody steers a running server: the door for it would be one more thing to guard.
control_socket_disable = True
