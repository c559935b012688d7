"""What pages are made of: fragments, paging, and how values look."""
