"""How gunicorn serves the dashboard: `gunicorn -c python:dashboard.serving dashboard.wsgi`."""

bind = "127.0.0.1:8000"
workers = 2
worker_class = "gthread"
threads = 8
# Seconds; the end of the server waits for idle connections too.
keepalive = 1
# No request waits for a panel, so whatever takes longer than this is stuck.
graceful_timeout = 10
# Nobody steers a running server: the door for it would be one more thing to guard.
control_socket_disable = True
