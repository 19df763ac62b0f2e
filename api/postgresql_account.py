"""The user whom PostgreSQL's programs run as."""

import os
import pwd
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.postgresql import ClusterError


@dataclass(frozen=True)
class Account:
    """The user whom PostgreSQL's programs run as and who owns their files: it refuses to run as root."""

    uid: int
    gid: int

    @classmethod
    def of_programs(cls, cluster: Path) -> "Account":
        """Ourselves; for root the owner of the cluster that is there, else `postgres` or `nobody`."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
            return cls(owner.st_uid, owner.st_gid)
        users = {user.pw_name: user for user in pwd.getpwall()}
        user = users.get("postgres") or users.get("nobody")
        if user is None:
            raise ClusterError(
                "PostgreSQL refuses to run as root and there is no user `postgres` or `nobody`: make one"
            )
        return cls(user.pw_uid, user.pw_gid)

    def identity(self) -> dict[str, Any]:
        """The arguments with which `subprocess` becomes this user; only root can, and need."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}

    def reaches(self, directory: Path) -> bool:
        """Whether the user may open files in it, by the system's own judgement."""
        if os.geteuid() != 0:
            return True
        command = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(directory)]
        return subprocess.run(command, cwd="/", check=False, **self.identity()).returncode == 0  # noqa: S603

    def private_directory(self, path: Path) -> None:
        """Make it for this user alone; refuse what someone else put there, as anyone can in /tmp."""
        with suppress(FileExistsError):
            path.mkdir(0o700)
        opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            if os.fstat(opened).st_uid not in {os.geteuid(), self.uid}:
                raise ClusterError(f"{path} is needed and belongs to another user: remove it")
            if stat.S_IMODE(os.fstat(opened).st_mode) != 0o700:
                os.fchmod(opened, 0o700)
            if os.geteuid() == 0:
                os.fchown(opened, self.uid, self.gid)
        finally:
            os.close(opened)
