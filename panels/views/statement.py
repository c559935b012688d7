"""The statement of an account, its export, and the form in which managers book deposits."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from panels.filters import StatementFilter
from panels.forms.bookings import BookingForm
from panels.lists.statements import STATEMENT, say_closing
from panels.models import Entry, Panel
from panels.money.closing import Closing, book_rise, close, time_of_rise
from panels.money.ledger import BookingError, book
from panels.money.statement import Statement, StatementLine, accounts_of
from panels.pages.downloads import back_to_list, files_of, send_list
from panels.pages.filter_bar import FilterBar, render_list, without_empty
from panels.pages.limits import limited
from panels.pages.numbers import exact
from panels.pages.paging import Page, find_page
from panels.pages.table import TablePage
from panels.pages.times import exact_time

MAY_BOOK = "panels.add_entry"
SORT = "-value_at"


@permission_required("panels.view_entry", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
@without_empty
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the statement of an account, or book what a manager says."""
    panel = _find(pk)
    if request.method != "POST":
        return _show(request, panel)
    if not request.user.has_perm(MAY_BOOK):
        raise PermissionDenied
    form = BookingForm(request.POST)
    if form.is_valid():
        try:
            entries = book(panel, form.amounts, form.time, request.user, form.cleaned_data["note"])
        except BookingError as error:
            form.add_error(None, str(error))
        else:
            _say_booked(request, panel, entries)
            return redirect("statement", pk)
    return _show(request, panel, form)


@permission_required(MAY_BOOK, raise_exception=True)
@require_POST
def statement_rise(request: HttpRequest, pk: int) -> HttpResponse:
    """Book a rise of the balance as a deposit, as the page has shown it."""
    panel = _find(pk)
    try:
        entry = book_rise(panel, Decimal(request.POST.get("amount", "")), request.user)
    except InvalidOperation:
        messages.error(request, "Choose the rise on this page. Nothing was saved.")
    except BookingError as error:
        messages.error(request, str(error))
    else:
        _say_booked(request, panel, [entry])
    return redirect("statement", pk)


@permission_required("panels.view_entry", raise_exception=True)
@require_safe
@limited("files")
def statement_export(request: HttpRequest, pk: int, suffix: str) -> HttpResponseBase:
    """Send all pages of the statement under the same query as a file, with the balances."""
    panel = _find(pk)
    accounts = accounts_of(panel)
    found = StatementFilter(request.GET, request.user, [each.currency for each in accounts])
    if not found.is_valid():
        return back_to_list(request)
    account = found.choose(accounts)
    lines = account.lines_of_pages(has_balance=found.is_consecutive)
    return send_list(request, STATEMENT, found.of_account(account.entries), suffix=suffix, sort=SORT, of_page=lines)


def _find(pk: int) -> Panel:
    panel: Panel = get_object_or_404(Panel.objects.defer("api_key"), pk=pk)
    return panel


def _show(request: HttpRequest, panel: Panel, refused: BookingForm | None = None) -> HttpResponse:
    accounts = accounts_of(panel)
    found = StatementFilter(request.GET, request.user, [each.currency for each in accounts])
    bar = FilterBar(found, request, list_name="", target="entries")
    account = found.choose(accounts)
    entries = found.of_account(account.entries)
    page, total = find_page(entries, request.GET, sort=SORT, shown=Entry.objects.all())
    closing = close(accounts[0], page.rows[0] if page.rows and account is accounts[0] else None)
    lines: Page[StatementLine] = page.with_rows(list(account.lines(page, has_balance=found.is_consecutive)))
    context = {
        "panel": panel,
        "account": account,
        "filter": found,
        "bar": bar,
        "page": lines,
        "total": total,
        "table": TablePage(STATEMENT, request, lines, sort=STATEMENT.sort, is_filtered=bar.is_active),
        "exports": list(files_of(request, "statement_export", total, panel.pk)),
        "closing": closing,
        "sentences": list(say_closing(closing)) if closing else [],
        "may_book": request.user.has_perm(MAY_BOOK),
        "form": refused or _proposal(accounts[0], closing),
    }
    response = render_list(request, "panels/money/statement.html", context, partial="results")
    response.status_code = 422 if refused else 200
    return response


def _proposal(account: Statement, closing: Closing | None) -> BookingForm:
    """Return the form, filled in with a rise of the balance that is not booked."""
    if closing is None or closing.rise is None:
        return BookingForm()
    at = time_of_rise(account, closing.rise) or closing.read_at
    return BookingForm(initial={"amount": closing.rise, "at": at})


def _say_booked(request: HttpRequest, panel: Panel, entries: list[Entry]) -> None:
    """Say exactly what was booked, and whether it counts."""
    account = Statement.of(panel)
    booked = ", ".join(f"{entry.get_kind_display().lower()} {exact(entry.amount, entry.currency)}" for entry in entries)
    at = exact_time(timezone.localtime(entries[0].value_at))
    text = f"Booked at {panel}: {booked}, {at}."
    opening = account.opening
    if opening is None:
        messages.warning(request, f"{text} The books of this account begin with the first balance that is read.")
    elif account.is_before(entries[0]):
        first = exact(opening.amount, account.currency)
        why = f"That is before the opening balance of {first}, which has it already. So it changes no balance here."
        messages.warning(request, f"{text} {why}")
    else:
        balance = exact(account.balance, panel.currency)
        messages.success(request, f"{text} The balance of the books is {balance} now.")
