"""Orders by the thousand: drafted, checked, confirmed once, followed and given back as a table."""
