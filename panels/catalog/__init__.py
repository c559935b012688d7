"""What is offered, and what it is worth."""
