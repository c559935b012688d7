"""What people fill in: forms know their fields and words, the rules belong to activities and models."""
