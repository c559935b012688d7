"""What a panel is asked, and how its answers are written down: the worker and the commands alone."""
