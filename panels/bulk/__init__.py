"""Thousands of orders from one table: draft, check, one confirmation, progress, and the results as a table."""
