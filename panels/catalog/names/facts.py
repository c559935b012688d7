"""The facts that the name of a service states."""

from __future__ import annotations

from dataclasses import dataclass, fields

# Rises with every change that can change a fact, so that names are read again.
VERSION = 3

LIFETIME = "L"
UNLIMITED = "unlimited"
LOW, HIGH = "low", "high"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a service is, and what its name promises. "" and None mean: not said.

    Words joined by + are sorted. refill_days is 0 for "no refill", and "L" for a lifetime. Speeds are units a day.
    drop_max is a percentage, "low" or "high". A name without a limit has the name_max "unlimited". minutes is how long
    viewers stay, and watch_seconds is how long a view lasts. A row that is no service is noise and has no other facts.

    kind to text are no columns, but products differ by them: the kind of type, how many posts are served, how many
    units a package has, unknown words beside the metric, and the text of a name without a known platform or metric.
    """

    platform: str = ""
    metric: str = ""
    object: str = ""
    delivery: str = ""
    variant: str = ""
    geo: str = ""
    gender: str = ""
    quality: str = ""
    refill_days: int | str | None = None
    refill_mode: str = ""
    speed_min: int | None = None
    speed_max: int | None = None
    start_max_minutes: int | None = None
    drop_max: int | str | None = None
    name_max: int | str | None = None
    name_min: int | None = None
    minutes: int | None = None
    watch_seconds: int | None = None
    noise: bool = False
    kind: str = ""
    posts: int | None = None
    units: int | None = None
    beside: str = ""
    text: str = ""
    version: int = VERSION


_NO_COLUMNS = frozenset(("kind", "posts", "units", "beside", "text", "version"))
# The facts with a column in the table, in its order.
COLUMNS = tuple(each.name for each in fields(Facts) if each.name not in _NO_COLUMNS)


def shown(facts: Facts) -> dict[str, str]:
    """Return the cells of the table by column. A fact that is not said has an empty cell."""
    values = {name: getattr(facts, name) for name in COLUMNS} | {"noise": int(facts.noise) or None}
    return {name: "" if value is None else str(value) for name, value in values.items()}
