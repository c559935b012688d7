"""The worker process: what it needs before it starts."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from panels import bell
from panels.worker import consumer


def test_a_worker_without_a_handler_for_each_kind_of_work_refuses_to_start(monkeypatch):
    monkeypatch.delitem(bell.HANDLERS, "poll")
    with pytest.raises(ImproperlyConfigured, match="No handler for poll"):
        consumer.run(None)
