"""Compares every order with its entries in the ledger."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from panels.money.books import check_books


class Command(BaseCommand):
    help = (
        "Compare every order with its entries in the ledger. Prints a line for each difference, and ends with status 1 "
        "if there is one."
    )

    def handle(self, **_: Any) -> None:
        differences = 0
        for difference in check_books():
            self.stdout.write(str(difference))
            differences += 1
        if differences:
            sys.exit(1)
        self.stdout.write("The books add up.")
