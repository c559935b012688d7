"""The settings of gunicorn: `gunicorn -c python:dashboard.serving dashboard.wsgi`."""

bind = "127.0.0.1:8000"
workers = 2
worker_class = "gthread"
threads = 8
# In seconds, and short, because the end of the server waits for idle connections too.
keepalive = 1
# In seconds. No request waits for a panel, so a request that takes longer is stuck.
graceful_timeout = 10
# The control socket is not used, and it would have to be protected.
control_socket_disable = True
