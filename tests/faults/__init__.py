"""Breaks everything that can break while real workers send orders, and proves that none was placed twice or lost."""
