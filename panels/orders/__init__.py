"""The life of an order in our rows: placed, queued, followed, decided by a person."""
