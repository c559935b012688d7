"""For whom orders are placed: clients and campaigns by their names, and the labels of an order."""
