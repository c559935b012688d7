"""Measures what the promises of speed say, as ratios within one run, so that a slow machine matters little."""
