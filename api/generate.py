#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Write the C that follows from the API tables: generate.py OUTPUT-FOLDER."""

import importlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import model            # noqa: E402
import structs          # noqa: E402,F401


def load():
    """Fill model.CALLS and model.STRUCTS from the tables."""
    for path in sorted((pathlib.Path(__file__).parent / "calls").glob("*.py")):
        importlib.import_module("calls." + path.stem)
    return [model.CALLS[n] for n in sorted(model.CALLS)]


def write(path, text):
    """Write only what changed, so that make rebuilds only what must be."""
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    calls = load()
    for path in sorted((pathlib.Path(__file__).parent / "gen").glob("*.py")):
        emitter = importlib.import_module("gen." + path.stem)
        for name, text in emitter.emit(calls, model.STRUCTS).items():
            write(out / name, text)


if __name__ == "__main__":
    main()
