"""The operating system user that runs PostgreSQL's programs."""

import os
import pwd
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.database.embedded.discovery import ClusterError


@dataclass(frozen=True)
class OsUser:
    """User that runs PostgreSQL's programs and owns their files: PostgreSQL refuses to run as root."""

    uid: int
    gid: int

    @classmethod
    def choose_for_cluster(cls, cluster: Path) -> "OsUser":
        """Choose the current user; for root the owner of an existing cluster, then `postgres`, then `nobody`."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
            return cls(owner.st_uid, owner.st_gid)
        users = {user.pw_name: user for user in pwd.getpwall()}
        user = users.get("postgres") or users.get("nobody")
        if user is None:
            raise ClusterError(
                "PostgreSQL refuses to run as root and there is no user `postgres` or `nobody`: create one"
            )
        return cls(user.pw_uid, user.pw_gid)

    def build_identity(self) -> dict[str, Any]:
        """Return the arguments for `subprocess` to run as this user; only root can and needs to."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}

    def can_reach(self, directory: Path) -> bool:
        """Check with the system whether the user may open files in the directory."""
        if os.geteuid() != 0:
            return True
        command = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(directory)]
        return subprocess.run(command, cwd="/", check=False, **self.build_identity()).returncode == 0  # noqa: S603

    def create_private_directory(self, path: Path) -> None:
        """Create the directory for this user alone; refuse another user's, which anyone can create in /tmp."""
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
