"""Spreadsheets: reads pasted text, CSV and XLSX files, and writes CSV and XLSX files. No Django."""
