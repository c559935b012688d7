"""The panel API as it is really spoken: typed calls, one exchange, and any panel's answer as typed values."""
