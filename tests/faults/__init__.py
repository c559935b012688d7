"""Breaks workers, panels and storage while workers send orders, and proves that no order is placed twice or lost."""
