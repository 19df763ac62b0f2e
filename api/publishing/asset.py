"""A local file that is ready for publishing."""

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SnapshotAsset:
    """A file of a snapshot: `features` is their number, `role` the STAC role of the asset; `size` is in bytes."""

    path: Path
    title: str
    media_type: str
    size: int
    sha256: str
    features: int | None = None
    role: str = "data"

    @classmethod
    def describe(
        cls, path: Path, title: str, media_type: str, *, features: int | None = None, role: str = "data"
    ) -> "SnapshotAsset":
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(path, title, media_type, path.stat().st_size, sha256, features, role)

    @property
    def name(self) -> str:
        return self.path.name
