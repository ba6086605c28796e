#!/usr/bin/env python3
"""The shape of the code as a test: floors, caps, names, a test for every source.

tidy.py               checks the sources
tidy.py --self-test   checks the checks
"""

import sys

import floors
import options
import shape
from source_text import Source, functions


def self_test():
    source = Source.__new__(Source)
    source.path = "x.cc"
    source.text = source.code = """
namespace a {
struct S {
  explicit S(int x) : x_(x), y_{1} {
    if (x) { g(); }
  }
  int h() const { return 1; }
  bool operator==(const S&) const { return true; }
};
int kTable[] = {1, 2};
template <class T>
auto f(std::map<int, int> a, T b,
       int c) -> int {
  return [&](int d) { return d; }(c);
}
}  // namespace a
"""
    found = [(f.name, f.lines, f.parameters) for f in functions(source)]
    expected = [("S", 3, 1), ("h", 1, 0), ("operator==", 1, 1), ("f", 5, 3)]
    assert found == expected, found
    assert floors.may_include("src/net", "src/shard")
    assert not floors.may_include("src/shard", "src/net")
    assert not floors.may_include("src/config", "src/metrics")
    assert not floors.may_include("storage/base", "protocol")
    assert not floors.may_include("storage/keyspace", "storage/rdb")
    assert floors.included_folder("commands/reply.h") == "src/commands"
    declared = options.members("struct Options {\n  int port = 1;\n  std::vector<A> a{B{0, 1}};\n"
                               "  std::string dir;\n  bool operator==(const Options&) = default;\n};")
    assert declared == ["port", "a", "dir"], declared
    assert options.unread(declared, ["x.port + dir", "y->a"]) == ["dir"]
    assert shape.parts("KeyManager") == {"key", "manager"}
    assert shape.parts("data_file.h") == {"data", "file", "h"}


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    findings = sorted(set(floors.check()) | set(options.check()) | set(shape.check()))
    for finding in findings:
        print(finding)
    print(f"tidy: {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
