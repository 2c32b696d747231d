"""Finds and runs Semblance's command line."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Sequence

_HINT = """Install it with one of

    npm install --global semblance-vision      (then `semblance` is on the PATH)
    npm install semblance-vision               (in this folder or one above it)

or name it: set the environment variable SEMBLANCE to it, such as "node /path/to/bin/semblance.js"."""


class CommandError(RuntimeError):
    """The command line could not be found, or ended with an error.

    code:   its exit code: 2 usage, 3 unreadable input, 4 not comparable, 5 a runtime is missing; None: not found.
    output: what it printed, reports and messages in order.
    """

    def __init__(self, message: str, code: int | None = None, output: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.output = output


def find_command() -> list[str]:
    """The words that start Semblance's command line. Nothing is downloaded.

    In this order: the environment variable SEMBLANCE; the npm package that this Python package lies in; `semblance` in
    `node_modules` here or above; `semblance` on the PATH.

    Raises CommandError with what to do where there is none.
    """
    told = os.environ.get("SEMBLANCE")
    if told:
        return [told] if os.path.exists(told) else shlex.split(told)
    node = shutil.which("node")
    around = Path(__file__).resolve().parents[3]
    script = around / "bin" / "semblance.js"
    if node and script.is_file() and (around / "dist" / "cli" / "main.js").is_file():
        return [node, str(script)]
    here = Path.cwd()
    for folder in (here, *here.parents):
        script = folder / "node_modules" / "semblance-vision" / "bin" / "semblance.js"
        if node and script.is_file():
            return [node, str(script)]
    found = shutil.which("semblance")
    if found:
        return [found]
    missing = "" if node else "Semblance's command line runs on Node 20.19 or later, which is not on the PATH.\n"
    raise CommandError(f"{missing}Semblance's command line was not found.\n{_HINT}")


def run(arguments: Sequence[str], quiet: bool = False) -> None:
    """Runs the command line and prints what it reports, line by line, where notebooks show it too.

    quiet: print nothing.
    Raises CommandError with its message where it ends with an error.
    """
    command = [*find_command(), *arguments, "--no-color"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    )
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if not quiet:
                print(line, end="", flush=True)
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    finally:
        process.stdout.close()
    if code != 0:
        told = "".join(line for line in said[-40:] if line.startswith(("error", "hint"))) or "".join(said[-10:])
        raise CommandError(f"semblance {arguments[0]} ended with exit code {code}.\n{told.rstrip()}", code, "".join(said))
