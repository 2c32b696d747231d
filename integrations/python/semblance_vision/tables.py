"""Rows of JSON as tables."""

from __future__ import annotations

from typing import Any


def flatten(row: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """{"a": {"b": 1}} as {"a.b": 1}; lists stay as they are."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict) and value:
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def to_table(rows: list[dict[str, Any]]) -> Any:
    """A DataFrame with one row a dictionary, nested columns flattened; the flat dictionaries without pandas.

    Columns stand in the order in which they first occur; a missing value is None, or NaN among numbers.
    """
    flat = [flatten(row) for row in rows]
    try:
        import pandas
    except ImportError:
        return flat
    return pandas.DataFrame(flat)
