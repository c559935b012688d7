"""Asks panels and records their answers. Only the worker and the commands use this package."""
