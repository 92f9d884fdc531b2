"""Clean roots by debootstrap, and commands in them. Needs root, and Debian's debootstrap."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.machines.machines import Machine

# What the machine that runs this knows of registries, proxies and certificates is handed on, and not written down.
HANDED_ON = ("PIP_", "UV_", "SSL_CERT_", "REQUESTS_CA_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
NAMES, CERTIFICATES = "/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt"

# In namespaces of its own: when the command ends, or this program, its mounts and whatever it left running are gone.
IN_THE_ROOT = """
mount -t proc proc "$ROOT/proc"
mount -t tmpfs -o mode=755 tmpfs "$ROOT/dev"
for name in null zero full random urandom tty; do
  touch "$ROOT/dev/$name"
  mount --bind "/dev/$name" "$ROOT/dev/$name"
done
ln -s /proc/self/fd "$ROOT/dev/fd"
mkdir -m 1777 "$ROOT/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$ROOT/dev/shm"
if test -n "$READ_ONLY"; then
  mount --bind "$ROOT$READ_ONLY" "$ROOT$READ_ONLY"
  mount -o remount,bind,ro "$ROOT$READ_ONLY"
fi
# Not exec: the kernel forgets whom a process ends with when that becomes another user.
chroot --userspec="$PERSON" "$ROOT" /usr/bin/env -i "$@" || exit $?
"""


def base_root(machine: Machine, kept: Path) -> Path:
    """A root with the machine's packages, made once for all machines that have the same."""
    packages = ",".join(machine.packages)
    name = f"{machine.suite}-{hashlib.sha256(packages.encode()).hexdigest()[:8]}"
    base = kept / name
    if not (base / "etc/debian_version").exists() or (kept / f"{name}.unfinished").exists():
        shutil.rmtree(base, ignore_errors=True)
        (kept / f"{name}.unfinished").touch()
        run(["debootstrap", "--variant=minbase", f"--include={packages}", machine.suite, str(base)])
        run(["chroot", str(base), "useradd", "--create-home", "--shell", "/bin/sh", "dev"])
        (base / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")  # as Debian's installer does
        (kept / f"{name}.unfinished").unlink()
    return base


@contextmanager
def fresh_root(machine: Machine, kept: Path, lent: dict[str, Path], source: Path) -> Iterator[Path]:
    """A copy of the base root with a fresh clone in it, gone afterwards."""
    root = kept / machine.name
    shutil.rmtree(root, ignore_errors=True)
    run(["cp", "-a", "--reflink=auto", str(base_root(machine, kept)), str(root)])
    try:
        for what, where in machine.lends.items():
            lend(lent[what], root, where)
        for name in lent_files(machine):
            (root / name.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, root / name.lstrip("/"))
        clone = root / machine.folder.lstrip("/")
        run(["git", "-c", "safe.directory=*", "clone", "--quiet", "--no-hardlinks", str(source), str(clone)])
        owner = "dev:dev" if machine.user == "dev" else "root:root"
        run(["chroot", str(root), "chown", "-R", owner, machine.folder, machine.home])
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def lend(source: Path, root: Path, where: str) -> None:
    """A program, or the prefix of a Python: that stays where it was built to be, and a link leads there."""
    target = root / where.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_file():
        shutil.copy(source, target)
        return
    shutil.copytree(source, root / str(source).lstrip("/"), symlinks=True)
    if not target.exists():
        target.symlink_to(source)


def lent_files(machine: Machine) -> list[str]:
    """Certificates, also where the environment says; and where names are looked up, unless only a proxy can do that."""
    named = [os.environ.get(name, "") for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")]
    names = [] if machine.behind_a_proxy else [NAMES]
    return [name for name in dict.fromkeys([*names, CERTIFICATES, *named]) if Path(name).is_file()]


def run_in(root: Path, machine: Machine, command: str, log: Path, proxy: str | None) -> int:
    """Run a command as the machine's person, in the clone; its output goes to the log."""
    variables = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": machine.home,
        "LANG": "C.UTF-8",
        **{name: value for name, value in os.environ.items() if name.upper().startswith(HANDED_ON)},
        **({"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy} if proxy else {}),
    }
    settings = {
        **os.environ,
        "ROOT": str(root),
        "PERSON": f"{machine.user}:{machine.user}",
        "READ_ONLY": machine.home if machine.home_is_read_only else "",
    }
    there = ["sh", "-c", 'cd "$0" && exec sh -c "$1"', machine.folder, command]
    with log.open("wb") as output:
        alone = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child"]
        return subprocess.run(  # noqa: S603 - our own commands
            [*alone, "sh", "-euc", IN_THE_ROOT, "sh", *(f"{k}={v}" for k, v in variables.items()), *there],
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode


def run(command: list[str]) -> None:
    """Run a tool that has to succeed."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own commands
