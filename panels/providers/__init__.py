"""Our accounts at panels: their pauses, and the requests of people."""
