"""Databases of released versions, kept as text: how they are made, and that every later version can take them over."""
