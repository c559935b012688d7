"""The file of records: a second run continues where the first one ended."""

from decimal import Decimal

from panels.sandbox.journal import Journal
from tests.sandbox.conftest import LINK, LONG, refillable_order


def test_a_second_run_continues_where_the_first_one_ended(start, tmp_path):
    file = tmp_path / "deep" / "panel.jsonl"
    first = start(state_file=file)
    refilled = refillable_order(first)
    refill_id = first("refill", order=refilled)["refill"]
    running = first.add()["order"]
    before, ledger = first("balance"), first.panel.ledger
    answers = first("status", orders=f"{refilled},{running}")
    first.panel.stop()
    second = start(state_file=file, balance=Decimal(7))
    assert second("balance") == before
    assert second.panel.ledger == ledger
    assert second("status", orders=f"{refilled},{running}") == answers
    assert second("refill_status", refill=refill_id) == {"status": "Pending"}
    assert "active order" in second.add()["error"]
    assert second.add(link=LINK + "2")["order"] > running
    second.panel.skip(LONG)
    assert second("status", order=running)["status"] == "Completed"
    assert int(second("refill", order=refilled)["refill"]) > int(refill_id)


def test_an_accepted_order_survives_without_a_proper_end(start, tmp_path):
    file = tmp_path / "panel.jsonl"
    first = start(state_file=file)
    order_id = first.add()["order"]
    file.write_text(file.read_text() + '["order", "2')
    second = start(state_file=file)
    assert [entry.order_id for entry in second.panel.ledger] == [str(order_id)]
    assert second.panel.balance == first.panel.balance


def test_time_that_was_skipped_stays_skipped(start, tmp_path):
    file = tmp_path / "panel.jsonl"
    first = start(state_file=file)
    order_id = first.add()["order"]
    first.panel.skip(LONG)
    done = first("status", order=order_id)
    first.panel.stop()
    assert done["status"] == "Completed"
    assert start(state_file=file)("status", order=order_id) == done


def test_the_last_line_of_a_kind_and_id_counts_and_the_file_shrinks(tmp_path):
    file = tmp_path / "new" / "records.jsonl"
    journal = Journal(file)
    assert journal.load() == {}
    journal.write(("order", "1", {"status": "Pending"}), ("fact", "balance", "5"))
    journal.write(("order", "1", {"status": "Completed"}))
    assert len(file.read_text().splitlines()) == 3
    journal.close()
    again = Journal(file)
    assert again.load() == {"order": {"1": {"status": "Completed"}}, "fact": {"balance": "5"}}
    assert len(file.read_text().splitlines()) == 2


def test_a_journal_that_was_closed_can_be_written_again(tmp_path):
    file = tmp_path / "records.jsonl"
    journal = Journal(file)
    for number in ("1", "2"):
        journal.write(("order", number, {}))
        journal.close()
    assert journal.load() == {"order": {"1": {}, "2": {}}}


def test_a_journal_without_a_file_keeps_nothing():
    journal = Journal(None)
    journal.write(("order", "1", {}))
    journal.close()
    assert journal.load() == {}
