"""Charts: numbers become places in a picture. The templates draw them, and write the same numbers as a table."""
