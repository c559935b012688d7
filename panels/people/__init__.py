"""The people who use the dashboard: where they come from, and where they are signed in."""
