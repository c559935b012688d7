"""What orders cost, and what was spent by day."""
