"""Spreadsheets: reading pasted text, CSV and XLSX, and writing them; knows no Django."""
