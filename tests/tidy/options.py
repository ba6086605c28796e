"""An option is read by somebody, or declared inert: what is accepted and has no effect is said so."""

import re

from source_text import Source, sources

DECLARATION = "src/config/options.h"
TABLES = {DECLARATION, "src/config/option_table.cc", "src/config/special_options.cc",
          "src/config/special_options.h"}


def members(code):
    """The names of what struct Options holds."""
    body = re.search(r"\bstruct Options \{(.*?)^\};", code, re.S | re.M)[1]
    return [match[1] for statement in body.split(";")
            if (match := re.match(r"\s*[\w:<>, ]*[\s>](\w+)\s*(?:=|\{|$)", statement))
            and "operator" not in statement]


def unread(names, codes):
    """Those of the names that no code takes from an object."""
    return [name for name in names
            if not any(re.search(r"(?:\.|->)" + name + r"\b", code) for code in codes)]


def check():
    readers = [source.code for source in sources(folders=("src",)) if source.path not in TABLES]
    for name in unread(members(Source(DECLARATION).code), readers):
        yield f"{DECLARATION}: nothing reads {name}: its row belongs to the inert ones"
