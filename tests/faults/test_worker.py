"""The worker of the fault runs ends in good order whenever it is asked to."""

import os

import pytest
from django.db import connection

from dashboard.first_run import NAMES
from tests.bench.surroundings import database_url
from tests.processes import DELAYS, ROOT, end_early, end_while_halted, halting_at_django


@pytest.fixture
def start_worker(transactional_db, tmp_path, start):
    """Start a worker as the fault runs do, on the database of the test."""

    def run(**environment):
        given = {name: os.environ[name] for name in NAMES if name in os.environ} | environment
        given["DATABASE_URL"] = database_url(connection.settings_dict["NAME"])
        given["QUEUE_URL"] = f"sqlite:///{tmp_path / 'queue'}"
        return start("-m", "tests.faults.worker", "worker-1", str(tmp_path), cwd=ROOT, **given)

    return run


@pytest.mark.parametrize("delay", DELAYS)
def test_a_worker_that_is_asked_to_end_while_it_starts_ends_in_good_order(start_worker, delay):
    worker = start_worker()
    assert end_early(worker, delay) == 0
    assert worker.output == ""


def test_a_worker_takes_signals_before_it_loads_django(start_worker, tmp_path):
    worker = start_worker(**halting_at_django(tmp_path))
    assert end_while_halted(worker, tmp_path) == 0
    assert worker.output == ""
