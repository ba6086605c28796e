"""Caps, names, and a test for every source."""

import json
import os
import re
import sys

from source_text import ROOT, Source, files, functions, sources

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 70
MAX_PARAMETERS = 5

BANNED_NAMES = {"manager", "helper", "helpers", "util", "utils", "misc", "common"}
BANNED_TYPE_NAMES = BANNED_NAMES | {"data"}
# Built from pieces, so that this file passes itself.
BANNED_TEXT = re.compile(r"\b(" + "|".join(
    ("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK", "place" + "holder", "not imple" + "mented",
     "stu" + "bs?")) + r")\b")


def parts(name):
    """The words of an identifier or file name, lower case."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)}


def check_caps():
    for path in files(".cc", ".h", ".py", ".sh", "CMakeLists.txt", ".cmake"):
        lines = Source(path).text.count("\n")
        if lines > MAX_FILE_LINES:
            yield f"{path}: {lines} lines, at most {MAX_FILE_LINES}"
    for source in sources():
        for function in functions(source):
            where = f"{source.path}:{function.line}: {function.name}"
            if function.lines > MAX_FUNCTION_LINES:
                yield f"{where}: {function.lines} lines, at most {MAX_FUNCTION_LINES}"
            if function.parameters > MAX_PARAMETERS:
                yield f"{where}: {function.parameters} parameters, at most {MAX_PARAMETERS}"


def check_names():
    for path in files("", folders=(".",)):
        banned = set().union(*(parts(piece) for piece in path.split("/"))) & BANNED_TYPE_NAMES
        if banned:
            yield f"{path}: {', '.join(banned)} says nothing"
    for source in sources():
        for match in re.finditer(r"\b(?:class|struct|enum(?:\s+class)?|namespace|using)\s+(\w+)",
                                 source.code):
            if parts(match[1]) & BANNED_TYPE_NAMES:
                yield f"{source.path}:{source.line_of(match.start())}: {match[1]} says nothing"
        for match in re.finditer(r"\b(\w+)\s*\(", source.code):
            if parts(match[1]) & BANNED_NAMES:
                yield f"{source.path}:{source.line_of(match.start())}: {match[1]} says nothing"
    for path in files(".cc", ".h", ".py", ".sh", ".txt", ".md", ".cmake"):
        source = Source(path)
        for match in BANNED_TEXT.finditer(source.text):
            yield f"{path}:{source.line_of(match.start())}: {match[0]}"


def check_openings():
    """A file opens with its idea; a source that has a header tells it there."""
    for source in sources(".cc", ".h", folders=("protocol", "storage", "src", "tools")):
        header = os.path.join(ROOT, source.path.removesuffix(".cc") + ".h")
        told = source.path.endswith(".cc") and os.path.exists(header)
        if not told and not source.text.startswith("//"):
            yield f"{source.path}: does not open with its idea"
        if source.path.endswith(".h") and "#pragma once" not in source.text:
            yield f"{source.path}: no #pragma once"


def check_tests():
    for path in files(".cc", folders=("protocol", "storage", "src")):
        if path == "src/main.cc":
            continue  # the end-to-end tests start it
        mirrored = "tests/" + path.removeprefix("src/").removesuffix(".cc") + "_test.cc"
        if not os.path.exists(os.path.join(ROOT, mirrored)):
            yield f"{path}: no {mirrored}"


def check_listed():
    """Every test source is in its folder's CMakeLists.txt: one that is not compiled proves nothing."""
    for path in files("_test.cc", folders=("tests",)):
        folder, name = os.path.split(path)
        listing = os.path.join(ROOT, folder, "CMakeLists.txt")
        if os.path.exists(listing):
            with open(listing, encoding="utf-8") as file:
                text = file.read()
            if name not in text and "GLOB" not in text and not re.search(
                    r"\$\{\w+\}_test\.cc", text):
                yield f"{path}: not in its CMakeLists.txt"


def check_figures():
    sys.path.insert(0, os.path.join(ROOT, "tools", "benchmark"))
    import figures  # pylint: disable=import-outside-toplevel
    with open(os.path.join(ROOT, "tools", "benchmark", "results.json"), encoding="utf-8") as file:
        results = json.load(file)
    readme = Source("README.md").text
    if figures.replaced(readme, results) != readme:
        yield "README.md: its figures are not those of tools/benchmark/results.json"


def check():
    yield from check_caps()
    yield from check_names()
    yield from check_openings()
    yield from check_tests()
    yield from check_listed()
    yield from check_figures()
