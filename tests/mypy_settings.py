"""The settings as mypy loads them: in a fresh clone, without any variable."""

import os

os.environ.update(ENV_FILE=os.devnull, DEBUG="on", DATABASE_URL="sqlite://:memory:", QUEUE_URL="memory://")

from dashboard.settings import *  # noqa: F403
