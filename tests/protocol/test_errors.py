"""The tree of errors, and which of the answers about many ids ends a call."""

import pytest

from panels.protocol import errors
from panels.protocol.errors import (
    Deferred,
    IdHidden,
    NotSent,
    OutcomeUnknown,
    PanelError,
    Reason,
    Refused,
    Unreadable,
    failure_in,
    is_answer,
    visit_failure_in,
)
from panels.protocol.wire import OrderStatus

STATUS = OrderStatus(None, "Completed", None, "", None, None)
NOT_ABOUT_AN_ORDER = {Reason.AUTH, Reason.RATE_LIMIT, Reason.FUNDS, Reason.EVERYBODY}


@pytest.mark.parametrize("kind", [NotSent, OutcomeUnknown, Refused, Deferred, Unreadable])
def test_every_error_is_of_exactly_one_outcome_and_keeps_its_text(kind):
    error = kind("It failed.")
    assert (str(error), error.text) == ("It failed.", "It failed.")
    assert isinstance(error, PanelError)
    assert sum(isinstance(error, outcome) for outcome in (NotSent, OutcomeUnknown, Refused)) == 1


def test_the_tree_in_the_module_is_the_tree_of_the_classes():
    drawn = {line.strip("│├└─ ").split()[0] for line in errors.__doc__.splitlines() if "──" in line}
    assert drawn == {each.__name__ for each in (NotSent, Deferred, OutcomeUnknown, Unreadable, IdHidden, Refused)}
    assert issubclass(Deferred, NotSent)
    assert issubclass(Unreadable, OutcomeUnknown)
    assert issubclass(IdHidden, Unreadable)


@pytest.mark.parametrize("reason", Reason)
def test_a_refusal_is_about_the_account_or_the_panel_or_about_the_order(reason):
    refusal = Refused("No.", reason)
    assert refusal.is_about_account is (reason in NOT_ABOUT_AN_ORDER)
    assert is_answer(refusal) is (reason not in NOT_ABOUT_AN_ORDER)


@pytest.mark.parametrize("answer", [STATUS, None, "", "77"])
def test_a_value_is_an_answer(answer):
    assert is_answer(answer)
    assert failure_in({"1": answer}) is None


@pytest.mark.parametrize("error", [NotSent("x"), Deferred("x"), OutcomeUnknown("x"), Unreadable("x")])
def test_an_error_that_prevented_an_answer_is_no_answer(error):
    assert not is_answer(error)
    assert failure_in({"1": STATUS, "2": error}) is error


def test_a_refused_order_does_not_end_a_call_and_a_refused_account_does():
    order, account = Refused("Order not found", Reason.NOT_FOUND), Refused("Invalid API key", Reason.AUTH)
    assert failure_in({"1": order, "2": STATUS}) is None
    assert failure_in({"1": order, "2": account}) is account


@pytest.mark.parametrize("end", [OutcomeUnknown("It took too long."), NotSent("Slow down.", is_rate_limit=True)])
def test_the_error_at_the_panel_counts_more_than_the_ids_that_were_not_asked_because_of_it(end):
    skipped = Deferred("The panel was not asked, because an earlier call failed.")
    assert failure_in({"1": skipped, "2": end, "3": skipped}) is end
    assert failure_in({"1": skipped, "2": STATUS}) is skipped


@pytest.mark.parametrize(
    ("answered", "unreadable", "is_failure"), [(3, 1, False), (1, 1, False), (1, 2, True), (0, 1, True)]
)
def test_unreadable_answers_about_a_few_ids_end_no_visit(answered, unreadable, is_failure):
    error = Unreadable("The answer is empty.")
    answers = dict.fromkeys(map(str, range(answered)), STATUS) | dict.fromkeys(
        map(chr, range(97, 97 + unreadable)), error
    )
    skipped = {"z": Deferred("The panel was not asked, because an earlier call failed.")}
    assert visit_failure_in(answers | skipped) is (error if is_failure else None)
    silent = OutcomeUnknown("It took too long.")
    assert visit_failure_in({"1": STATUS, "2": silent}) is silent
