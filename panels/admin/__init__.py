"""The admin: all rows read-only, the users, and actions that call the same activities as the pages.

The admin itself writes no row of the project, because money, states and history belong to the activities.
"""

from panels.admin import clients, operations, orders, people, providers

__all__ = ["clients", "operations", "orders", "people", "providers"]
