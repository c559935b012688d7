"""Where the id of a lost order may be, from what our own rows show."""
