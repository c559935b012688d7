"""Our accounts at panels: their pauses, and what a person asks of them."""
