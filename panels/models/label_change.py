"""A change of the labels of many orders: the new labels, the orders as they were chosen, and how far it has come."""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Sequence

from django.db import models

from panels.models.action import OrderAction


class LabelChange(models.Model):
    """The labels that an action gives to its orders. Any number of orders is possible, so they have no lines.

    The history of each order says what has changed.
    """

    action = models.OneToOneField(OrderAction, on_delete=models.CASCADE, primary_key=True, related_name="label_change")
    # The new labels by name. A client and a campaign are pks, or None to remove them. A label without a value stays.
    values = models.JSONField()
    # The pks of the orders in ascending order, compressed, because there may be a million.
    packed = models.BinaryField()
    number = models.PositiveIntegerField()
    # How many of the orders were looked at, and how many of these had other labels before.
    position = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"Labels of {self.number} orders"

    @property
    def order_pks(self) -> array[int]:
        """The pks of the orders."""
        pks = array("q", zlib.decompress(self.packed))
        if sys.byteorder == "big":
            pks.byteswap()
        return pks

    @staticmethod
    def pack(pks: Sequence[int]) -> bytes:
        """Compress pks, in the order of bytes of most machines, because a database may move to another machine."""
        ordered = array("q", pks)
        if sys.byteorder == "big":
            ordered.byteswap()
        return zlib.compress(ordered.tobytes(), 1)
