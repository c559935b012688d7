"""The forms for many orders at once: a table of orders, and one line of a draft."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from panels.bulk.adoption import EXISTING
from panels.bulk.columns import known_services, learned_titles
from panels.bulk.lookup import CatalogLookup
from panels.forms.cells import CellFields
from panels.models import BatchLine, Panel
from panels.tables.columns import COLUMNS, ORDERS
from panels.tables.pasted import is_free
from panels.tables.reading import MAX_BYTES, Sheet, Source, UnclearError, UnreadableError, read_table

# The bytes of pasted lines. A page with errors shows them again, and ten thousand orders have one or two million.
MAX_PASTE = 5 * 1024 * 1024
# The bytes of memory that pasted lines may need on a page. In HTML, some characters need six times their room.
_MAX_SHOWN = 16 * 1024 * 1024
_LONG = "The lines are too long to be shown here again. Paste them again, or upload them as a CSV file."
_BOTH = "Give either lines or a file, not both. The lines are kept. To use the file, choose it again."
NO_PANEL = "Choose a panel, or name the panel in each line. No line names a known panel."


class TableForm(forms.Form):
    """A table of orders, pasted or as a file, and the panel of the lines that name no panel."""

    kind: ClassVar = ORDERS

    token = forms.UUIDField(widget=forms.HiddenInput)
    panel = forms.ModelChoiceField(
        queryset=Panel.objects.filter(is_active=True).order_by("name"),
        required=False,
        empty_label="Named in each line",
        help_text="For lines that do not name a panel.",
    )
    text = forms.CharField(
        label="Lines",
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 10, "spellcheck": "false", "autocapitalize": "off", "wrap": "off"}),
    )
    file = forms.FileField(
        label="Or a file",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["token"] = uuid.uuid4()
        columns = " | ".join(self.kind.pasted)
        usual = f"One order a line: {columns}. If no panel is chosen: panel | {columns}."
        free = " Tabs, commas and spaces work too, and rows with the titles of their columns."
        self.fields["text"].help_text = usual + (free if is_free(self.kind) else "")
        self.source = Source(None, b"", self.kind)
        self.sheet: Sheet | None = None

    def clean(self) -> dict[str, Any]:
        text, file = self.cleaned_data.get("text", ""), self.cleaned_data.get("file")
        if bool(text.strip()) == (file is not None):
            self.add_error("text", _BOTH if file else "Paste lines, or choose a file.")
        elif not self.errors:
            try:
                self._read(text, file)
            except UnreadableError as error:
                kept = "Nothing was saved." if file or self._is_long() else "The lines are kept. Nothing was ordered."
                self.add_error("file" if file else "text", f"{error.text} {kept}")
            else:
                if self.cleaned_data["panel"] is None and self.sheet and self._lacks_panels(self.sheet):
                    self.add_error("panel", NO_PANEL)
        return self.cleaned_data

    def _lacks_panels(self, sheet: Sheet) -> bool:
        """Return whether every line lacks a known panel and is too short to begin with the name of a panel."""
        lookup = CatalogLookup(None, ())
        return not any(
            ("panel" in line.cells and self.kind.pasted[-1] in line.cells)
            or isinstance(lookup.panel(line.cells), Panel)
            for line in sheet.lines
        )

    def _read(self, text: str, file: Any) -> None:
        """Read the table. Without a certain meaning of its columns, it has no sheet."""
        panel = self.cleaned_data["panel"]
        content = self._content(file) if file else _encode(text)
        self.source = Source(file.name if file else None, content, self.kind, has_panel=panel is None)
        try:
            self.sheet = read_table(self.source, learned_titles(self.kind), known=known_services(panel))
        except UnclearError:
            self.sheet = None

    def _content(self, file: Any) -> bytes:
        if file.size > MAX_BYTES:
            most = MAX_BYTES // 1024 // 1024
            raise UnreadableError(f"The file has more than {most} MB", "Split it into smaller files")
        content: bytes = file.read()
        return content

    def _is_long(self) -> bool:
        """Say whether showing the pasted lines again would need too much memory."""
        text: str = self.data.get("text", "")
        bytes_each = 1 if text.isascii() else 2 if max(text) < "\U00010000" else 4
        return (len(text) + 5 * sum(map(text.count, "&<>\"'"))) * bytes_each > _MAX_SHOWN

    def drop_long_lines(self) -> None:
        """Remove pasted lines that a page cannot show again, and say so."""
        if self.is_bound and self._is_long():
            self.add_error("text", _LONG)
            self.data = {**dict(self.data.items()), "text": ""}


def _encode(text: str) -> bytes:
    content = text.encode(errors="replace")
    if len(content) > MAX_PASTE:
        most = MAX_PASTE // 1024 // 1024
        raise UnreadableError(f"The lines have more than {most} MB", "Upload them as a CSV file")
    return content


class AdoptionForm(TableForm):
    """A table of orders that were placed elsewhere, with their panel order IDs."""

    kind: ClassVar = EXISTING


class LineForm(forms.Form):
    """The cells of a line of a draft: its own cells, its panel and service, their required fields, and wrong cells."""

    def __init__(self, line: BatchLine, data: Mapping[str, Any] | None = None) -> None:
        self.line = line
        super().__init__(line.cells if data is None else data, auto_id=f"id_{line.number}_%s")
        fields = CellFields(line.batch)
        for name in self._names():
            self.fields[name] = fields.make(name, self.data.get(name, ""))
        first = next((name for name in self.fields if name in line.errors), "service")
        self.fields[first].widget.attrs["autofocus"] = True

    def _names(self) -> list[str]:
        wanted = {"panel", "service", *self.line.batch.columns, *self.line.cells, *self.line.errors}
        if self.line.service:
            fields = self.line.service.order_type.fields
            wanted |= {field.name for field in fields if field.is_required or field.name == "extra_fields"}
        return [name for name in COLUMNS if name in wanted]

    @property
    def cells(self) -> dict[str, str]:
        """The text of each field, with plain line ends."""
        return {name: str(self.data.get(name, "")).replace("\r\n", "\n") for name in self.fields}

    def clean(self) -> dict[str, Any]:
        for name, texts in self.line.errors.items():
            self.add_error(name if name in self.fields else None, [forms.ValidationError(text) for text in texts])
        return self.cleaned_data
