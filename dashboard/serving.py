"""The settings of gunicorn: `gunicorn -c python:dashboard.serving dashboard.wsgi`."""

bind = "127.0.0.1:8000"
workers = 2
worker_class = "dashboard.web_worker.Worker"
threads = 8
# In seconds, and longer than proxies keep an idle connection (nginx 60, Caddy 120). Otherwise a proxy may send a
# request at the moment in which the server closes the connection. When it ends, the server waits 2 seconds for them.
keepalive = 130
# In seconds. No request waits for a panel, so a request that takes longer is stuck.
graceful_timeout = 10
# The control socket is not used, and it would have to be protected.
control_socket_disable = True
