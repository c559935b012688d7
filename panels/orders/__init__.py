"""An order's life as rows: placed, queued, followed, decided by a person."""
