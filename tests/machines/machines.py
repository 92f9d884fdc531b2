"""The machines that are tried: what each has, and what its person has to be told where it cannot work."""

from dataclasses import dataclass, field

FROM_DEBIAN = ("git", "make", "ca-certificates", "python3", "python3-venv")
NO_PYTHON = "Cleave needs Python 3.13"
NO_TOOLS = "Cleave needs Python 3.9 or newer"
# What a Python that was built elsewhere links against.
LIBRARIES = ("libssl3", "libffi8", "libsqlite3-0", "libbz2-1.0", "liblzma5", "libreadline8", "libncursesw6", "zlib1g")


@dataclass(frozen=True)
class Machine:
    """A clean root, and who clones into it where.

    ``lends`` says where a Python 3.13 from outside, and uv, are put. ``told`` begins the one line that says what to
    install, on a machine that cannot work without it.
    """

    name: str
    has: str
    suite: str = "trixie"
    packages: tuple[str, ...] = FROM_DEBIAN
    user: str = "dev"
    folder: str = "/home/dev/cleave"
    home_is_read_only: bool = False
    behind_a_proxy: bool = False
    lends: dict[str, str] = field(default_factory=dict)
    told: str | None = None

    @property
    def home(self) -> str:
        return "/root" if self.user == "root" else f"/home/{self.user}"


UV_AND_GIT = ("git", "make", "ca-certificates")
MACHINES = (
    Machine("debian-13", "Debian 13, Python 3.13"),
    Machine("debian-13-root", "the same, as root", user="root", folder="/root/cleave"),
    Machine("debian-13-space", "a path with a space", folder="/home/dev/my clone of cleave"),
    Machine(
        "debian-13-home",
        "a HOME that cannot be written to, and a path with a space",
        folder="/srv/a clone",
        home_is_read_only=True,
    ),
    Machine("debian-13-proxy", "no network but a proxy", behind_a_proxy=True),
    Machine("debian-13-bare", "Debian 13 without python3-venv", packages=(*UV_AND_GIT, "python3"), told=NO_TOOLS),
    Machine("debian-12", "Debian 12, Python 3.11 alone", suite="bookworm", told=NO_PYTHON),
    Machine(
        "debian-12-uv",
        "Debian 12 with uv and its 3.13, no Python of Debian's; as root",
        suite="bookworm",
        packages=(*UV_AND_GIT, *LIBRARIES),
        user="root",
        folder="/root/cleave",
        lends={
            "uv": "/usr/local/bin/uv",
            "python": "/root/.local/share/uv/python/cpython-3.13.0-linux-x86_64-gnu",
        },
    ),
    Machine(
        "debian-12-pyenv",
        "Debian 12 with pyenv's 3.13, not selected; as root",
        suite="bookworm",
        packages=(*FROM_DEBIAN, *LIBRARIES),
        user="root",
        folder="/root/cleave",
        lends={"python": "/root/.pyenv/versions/3.13.0"},
    ),
)
