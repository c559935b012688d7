"""Panels, their catalogs, and the orders placed at them."""
