"""Measures the promises of speed. The figures are ratios within one run, so a slow machine changes them little."""
