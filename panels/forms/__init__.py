"""The forms of all pages: their fields, labels and messages. The rules belong to activities and models."""
