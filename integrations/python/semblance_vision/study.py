"""Reads a study: the folder that an analysis writes."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Callable, Generic, TypeVar

import numpy as np

from .tables import to_table

SCHEMA_VERSION = 1
_VERSIONED = re.compile(r"-[0-9a-f]{8}$")

T = TypeVar("T")


class Parts(Mapping, Generic[T]):
    """What a study holds of one kind, by name, read when it is asked for.

    Names are paths in the study without ending and without the hash that some files carry:
    "classes/models/resnet50/ncsm". The end of a name will do where only one name ends so, "resnet50/ncsm", and case does
    not count, since a model called "ResNet50" has the id "resnet50".
    """

    def __init__(self, kind: str, paths: Mapping[str, str], read: Callable[[str], T]) -> None:
        self._kind, self._paths, self._read = kind, dict(paths), read

    def _path(self, name: str) -> str:
        if name in self._paths:
            return self._paths[name]
        wanted = name.casefold()
        ending = [path for known, path in self._paths.items() if ("/" + known).casefold().endswith("/" + wanted)]
        if len(ending) == 1:
            return ending[0]
        if ending:
            raise KeyError(f"{len(ending)} {self._kind} end in {name!r}; give more of the name, as list(study.{self._kind}) shows them")
        depth = name.count("/") + 1
        tails = {"/".join(known.split("/")[-depth:]): known for known in self._paths}
        near = [tails[tail] for tail in get_close_matches(wanted, tails, 3)]
        raise KeyError(f"no {self._kind} named {name!r}; " + (f"there are {', '.join(near)} ..." if near else f"see list(study.{self._kind})"))

    def __getitem__(self, name: str) -> T:
        return self._read(self._path(name))

    def __contains__(self, name: object) -> bool:
        try:
            self._path(str(name))
        except KeyError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __repr__(self) -> str:
        return f"<{len(self)} {self._kind}: {', '.join(list(self)[:4])}{' ...' if len(self) > 4 else ''}>"


@dataclass(frozen=True)
class Model:
    """A network, or a training run, in one section of a study.

    instrument: "classes", "training", "representations" or "concepts".
    record:     everything that study.json says of it; docs/study-format.md explains the keys.
    """

    instrument: str
    id: str
    name: str
    record: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Curves:
    """The curves of one training run.

    epochs: int64 [E], rising; 0 is the untrained network.
    values: curve -> float64 [E]; NaN where an epoch has no value.
    """

    epochs: np.ndarray
    values: Mapping[str, np.ndarray]

    def table(self) -> Any:
        """A DataFrame with one row an epoch, or a list of dictionaries where pandas is not installed."""
        columns = list(self.values)
        return to_table(
            [
                {"epoch": int(epoch), **{name: float(self.values[name][row]) for name in columns}}
                for row, epoch in enumerate(self.epochs)
            ]
        )


class Study:
    """A study, as `read_study` returns it. Files are read when they are asked for, and checked against their hashes.

    path, name: where it lies; what people call it.
    software:   what wrote it, such as "semblance 0.2.0".
    manifest:   study.json as it is.
    models:     the networks and runs of all sections.
    matrices:   name -> NumPy array as stored: C x C class similarities, N x N image similarities, N x k neighbours ...
    tables:     name -> DataFrame, nested columns flattened with dots ("referenceRank.wordnet-path"); a list of
                dictionaries where pandas is not installed.
    curves:     run id -> Curves.
    """

    def __init__(self, path: str | os.PathLike[str], manifest: dict[str, Any]) -> None:
        self.path = Path(path)
        self.manifest = manifest
        self.name: str = manifest["name"]
        software = manifest.get("software") or {}
        self.software = f"{software.get('name', '?')} {software.get('version', '?')}"
        self.instruments: dict[str, Any] = manifest["instruments"]
        self.models = [
            Model(instrument, str(record["id"]), str(record.get("name", record["id"])), record)
            for instrument, section in self.instruments.items()
            for record in [*section.get("models", []), *section.get("runs", [])]
        ]
        files = sorted(manifest["files"])
        self.matrices: Parts[np.ndarray] = Parts("matrices", _names(files, ".npy"), self._matrix)
        self.tables: Parts[Any] = Parts("tables", _names(files, ".jsonl"), self._table)
        runs = self.instruments.get("training", {}).get("runs", [])
        self.curves: Parts[Curves] = Parts("curves", {str(run["id"]): run["curves"] for run in runs}, self._curves)

    def read_bytes(self, path: str) -> bytes:
        """A listed file of the study. Raises ValueError where it is not listed, or is not what was written."""
        known = self.manifest["files"].get(path)
        if known is None or not _is_study_path(path):
            raise ValueError(f"{self.path}: {path!r} is not listed in study.json")
        place = self.path / path
        root = self.path.resolve()
        if root not in place.resolve().parents:
            raise ValueError(f"{place}: leads out of the study")
        found = place.read_bytes()
        if hashlib.sha256(found).hexdigest() != known:
            raise ValueError(f"{place}: is not the file that study.json lists; its hash differs. Run the analysis again.")
        return found

    def read_json(self, path: str) -> Any:
        """A listed JSON file of the study."""
        return json.loads(self.read_bytes(path))

    def _matrix(self, path: str) -> np.ndarray:
        return np.load(io.BytesIO(self.read_bytes(path)), allow_pickle=False)

    def _table(self, path: str) -> Any:
        return to_table([json.loads(line) for line in self.read_bytes(path).decode("utf-8").split("\n") if line])

    def _curves(self, path: str) -> Curves:
        found = self.read_json(path)
        values = {
            name: np.array([np.nan if value is None else value for value in column], np.float64)
            for name, column in found["values"].items()
        }
        return Curves(np.array(found["epochs"], np.int64), values)

    def export(self, path: str | os.PathLike[str]) -> Path:
        """Writes the study as one HTML page that opens without a network, by the command line. Returns its path."""
        from .command_line import run

        run(["export", str(self.path), str(path), "--force"], quiet=True)
        return Path(path)

    def show(self, height: int = 760) -> Any:
        """The whole app in a notebook cell: the exported page in a frame, which travels with the notebook.

        height: of the frame in pixels. Needs IPython and the command line.
        """
        from .notebook import show

        return show(self, height)

    def __repr__(self) -> str:
        return f"<Study {self.name!r}: {', '.join(self.instruments) or 'empty'}; {len(self.matrices)} matrices>"

    def _repr_html_(self) -> str:
        from .notebook import summary

        return summary(self)


def read_study(path: str | os.PathLike[str]) -> Study:
    """Opens a study's folder.

    Raises FileNotFoundError where there is no study.json, ValueError where it is broken or newer than this package.
    """
    place = Path(path) / "study.json"
    if not place.is_file():
        raise FileNotFoundError(f"{path}: holds no study.json. An analysis prints the folder of its study last.")
    try:
        manifest = json.loads(place.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{place}: is not JSON: {error}") from None
    version = manifest.get("schemaVersion") if isinstance(manifest, dict) else None
    if not isinstance(version, int):
        raise ValueError(f"{place}: schemaVersion is {version!r}; a whole number was expected")
    if version > SCHEMA_VERSION:
        raise ValueError(f"{place}: schemaVersion is {version}; this package reads up to {SCHEMA_VERSION}. Update it.")
    for key, kind in (("name", str), ("instruments", dict), ("files", dict)):
        if not isinstance(manifest.get(key), kind):
            raise ValueError(f"{place}: {key} is {type(manifest.get(key)).__name__}; {kind.__name__} was expected")
    return Study(path, manifest)


def _names(files: list[str], ending: str) -> dict[str, str]:
    """Name -> path; the hash in a file's name is left out where that leaves names apart."""
    paths = [path for path in files if path.endswith(ending)]
    short = [_VERSIONED.sub("", path[: -len(ending)]) for path in paths]
    return {
        name if short.count(name) == 1 else path[: -len(ending)]: path for name, path in zip(short, paths)
    }


def _is_study_path(path: str) -> bool:
    return not re.search(r"[\x00-\x1f\x7f\\:]", path) and all(part not in ("", ".", "..") for part in path.split("/"))
