"""One HTTP exchange: our connection class, deadlines, limits, address checks; knows whether the request was sent."""
