"""Says what needs a person, and where it is settled."""
