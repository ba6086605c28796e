"""C++ as far as the checks need it: comments and literals blanked, functions found by braces."""

import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CODE_FOLDERS = ("protocol", "storage", "src", "tests", "tools")

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])*\'',
    re.S)
_NOT_FUNCTIONS = {"if", "for", "while", "switch", "catch", "return", "sizeof", "alignas",
                  "decltype", "noexcept", "static_assert", "requires"}


class Source:
    """One file: `text` as it is, `code` with comments and literals turned into spaces."""

    def __init__(self, path):
        self.path = path
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            self.text = file.read()
        self.code = _TOKEN.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), self.text)

    def line_of(self, position):
        return self.text.count("\n", 0, position) + 1

    def includes(self):
        """(line, path, is_quoted) of every #include."""
        for match in re.finditer(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', self.text, re.M):
            yield self.line_of(match.start()), match[2], match[1] == '"'


class Function:
    def __init__(self, name, line, lines, parameters):
        self.name, self.line, self.lines, self.parameters = name, line, lines, parameters


def files(*endings, folders=CODE_FOLDERS):
    """Paths, from the root, of the tracked and new files that end so."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", *folders],
                            cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(path for path in listed.splitlines()
                  if path.endswith(endings) and os.path.exists(os.path.join(ROOT, path)))


def sources(*endings, folders=CODE_FOLDERS):
    return [Source(path) for path in files(*(endings or (".cc", ".h")), folders=folders)]


def _matching(code, position, opening, closing):
    depth = 0
    for at in range(position, len(code)):
        if code[at] == opening:
            depth += 1
        elif code[at] == closing:
            depth -= 1
            if depth == 0:
                return at
    return len(code) - 1


def _count_parameters(text):
    if not text.strip() or text.strip() == "void":
        return 0
    depth, count = 0, 1
    for byte in text:
        if byte in "(<[{":
            depth += 1
        elif byte in ")>]}":
            depth -= 1
        elif byte == "," and depth == 0:
            count += 1
    return count


def _header_before(code, brace):
    """The text between the last end of something and a brace, where a function's head would be."""
    depth, at = 0, brace - 1
    while at >= 0:
        byte = code[at]
        if byte in ")]":
            depth += 1
        elif byte in "([":
            depth -= 1
        elif depth == 0 and byte in ";}{":
            break
        at -= 1
    return at + 1, code[at + 1:brace]


def _parse_header(header):
    """(name, parameters) if the header is a function's, else None."""
    match = re.search(r"((?:\w|::|~)+|operator\s*(?:\(\)|\[\]|[^\s\w(]+|\w+))\s*\(", header)
    if not match or match[1].split("::")[-1] in _NOT_FUNCTIONS:
        return None
    closing = _matching(header, match.end() - 1, "(", ")")
    rest = header[closing + 1:].strip()
    if rest and not re.match(r"(const|noexcept|override|final|->|:|requires|&|mutable|try)", rest):
        return None
    if re.match(r"\s*(class|struct|enum|namespace|union)\b", header):
        return None
    if "=" in header[:match.start()].replace("operator=", "").replace("==", ""):
        return None
    return match[1], _count_parameters(header[match.end():closing])


def functions(source):
    """The functions defined at namespace or class level."""
    code = re.sub(r"^[ \t]*#.*(?:\\\n.*)*", lambda match: re.sub(r"[^\n]", " ", match[0]),
                  source.code, flags=re.M)
    at, found = 0, []
    while True:
        brace = code.find("{", at)
        if brace < 0:
            return found
        start, header = _header_before(code, brace)
        parsed = _parse_header(header)
        if parsed is None:
            scope = re.search(r"\b(namespace|class|struct|union|enum|extern)\b", header)
            # Into namespaces and classes; over the braces of anything else.
            at = brace + 1 if scope and "enum" not in header else _matching(code, brace, "{", "}")
            continue
        # A member initialiser with braces, a{1}, is not the body: go on to the brace after it.
        end = _matching(code, brace, "{", "}")
        while re.match(r"\s*,", code[end + 1:end + 40]) or (
                ":" in header and re.match(r"\s*\{", code[end + 1:end + 40])):
            brace = code.find("{", end + 1)
            end = _matching(code, brace, "{", "}")
        first = start + len(header) - len(header.lstrip())
        line = source.line_of(first)
        found.append(Function(parsed[0], line, source.line_of(end) - line + 1, parsed[1]))
        at = end + 1
