"""The panel API (docs/protocol.md): typed calls, one HTTP exchange, and the answers of all panels as typed values."""
