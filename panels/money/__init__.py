"""The cost of orders, and the spend of each day."""
