"""The admin: every row to look at, people to look after, and actions that go through the same activities as the pages.

Nothing here writes a row of the project's own: money, states and history belong to the activities.
"""

from panels.admin import operations, orders, people, providers

__all__ = ["operations", "orders", "people", "providers"]
