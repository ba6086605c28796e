"""Who includes whom. A folder includes itself and lower floors; siblings never each other."""

import os
import re

from source_text import ROOT, Source, files, sources

FLOORS = {
    "protocol": 0,
    "storage/base": 0, "storage/disk": 0.2, "storage/keyspace": 0.2, "storage/sketch": 0.2,
    "storage/rdb": 0.4, "storage/log": 0.6,
    "src/config": 1, "src/metrics": 1,
    "src/security": 2, "src/pubsub": 2, "src/persistence": 2, "src/replication": 2,
    "src/cluster": 2, "src/sink": 2, "src/scripting": 2, "src/journal": 2, "src/tracking": 2,
    "src/commands": 3, "src/shard": 4, "src/net": 5, "src/server": 6,
}
MAY_USE_ASIO = {"src/shard", "src/net", "src/replication", "src/cluster", "src/sink",
                "src/persistence", "src/security", "src/server"}
# storage/ has no network, no threads and no clock; protocol/ has the standard library alone.
BANNED_IN_STORAGE = re.compile(r"^(thread|mutex|shared_mutex|condition_variable|future|semaphore|"
                               r"latch|barrier|chrono|ctime|sys/socket\.h|netinet/.*|pthread\.h|"
                               r"boost/asio.*)$")
BANNED_IN_PROTOCOL = re.compile(r"^(boost/|fmt/|xxhash|sys/|thread$|mutex$|chrono$)")
# Of the keyspace others see the door, not what is behind it.
PUBLIC_KEYSPACE = {"keyspace.h", "effects.h", "eviction_policy.h"}


def folder_of(path):
    return next((folder for folder in FLOORS if path.startswith(folder + "/")), None)


def included_folder(path):
    """The folder of an include: from the root, or from src/."""
    return folder_of(path) or folder_of("src/" + path)


def may_include(folder, other):
    if folder == other:
        return True
    if {folder.split("/")[0], other.split("/")[0]} == {"protocol", "storage"}:
        return False
    return FLOORS[other] < FLOORS[folder]


def check_file(source):
    folder = folder_of(source.path)
    for line, path, quoted in source.includes():
        where = f"{source.path}:{line}"
        other = included_folder(path) if quoted else None
        if quoted and path.startswith(("tests/", "tools/")) and folder:
            yield f"{where}: {folder} includes {path}"
        if folder and other and not may_include(folder, other):
            yield f"{where}: {folder} must not include {other}"
        if folder and path.startswith("boost/asio") and folder not in MAY_USE_ASIO:
            yield f"{where}: {folder} must not use Asio"
        if folder == "protocol" and BANNED_IN_PROTOCOL.match(path):
            yield f"{where}: protocol uses the standard library alone, not {path}"
        if folder and folder.startswith("storage") and BANNED_IN_STORAGE.match(path):
            yield f"{where}: storage has no network, threads or clock: {path}"
        if (folder != "storage/keyspace" and path.startswith("storage/keyspace/")
                and not source.path.startswith("tests/storage/")
                and path.split("/")[-1] not in PUBLIC_KEYSPACE):
            yield f"{where}: {path} is the keyspace's own"


def check_own_header(source):
    """A source includes its own header first: that is the proof that the header compiles alone."""
    own = source.path.removesuffix(".cc") + ".h"
    if source.path.endswith(".cc") and os.path.exists(os.path.join(ROOT, own)):
        first = next(source.includes(), None)
        if first is None or first[1] not in (own, own.removeprefix("src/")):
            yield f"{source.path}: its first include is not {own}"


def check_links(path):
    """The libraries of a folder's CMakeLists.txt obey the floors as its includes do."""
    folder = folder_of(path)
    if not folder:
        return
    for call in re.finditer(r"countd_library\s*\(([^)]*)\)", Source(path).text):
        for library in re.findall(r"\bcountd_(\w+)", call[1]):
            other = next((name for name in FLOORS
                          if name.removeprefix("src/").replace("/", "_") == library), None)
            if other and not may_include(folder, other):
                yield f"{path}: {folder} must not link {other}"


def check_write_gate(source):
    """Only the keyspace's gate makes the pass without which no entry can be changed."""
    for match in re.finditer(r"\bWritePass\s*[{(]|\bconst_cast\b", source.code):
        if source.path == "storage/keyspace/write_pass.h":
            continue
        if source.path == "storage/keyspace/keyspace.h" and match[0].startswith("WritePass"):
            continue
        if source.path.startswith("tests/storage/keyspace/"):
            continue
        yield f"{source.path}:{source.line_of(match.start())}: {match[0]} outside the write gate"


def check():
    for source in sources():
        yield from check_file(source)
        yield from check_own_header(source)
        if source.path.startswith(("storage/", "src/")):
            yield from check_write_gate(source)
    for path in files("CMakeLists.txt", folders=("protocol", "storage", "src")):
        yield from check_links(path)
