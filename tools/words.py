"""What no tracked file may say: `python3 -m tools.words`. The glossary is the table of docs/CONTRIBUTING.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.tree import Finding, Tree, line_of, run

BYTES_MAX = 1 << 20
RULES = [
    (re.compile(r"(?<![\w.$}])/(?:work|root|home/\w+|Users/\w+)/"), "names a folder of one machine; write it relative"),
    (re.compile(r"\b(?:static|index)\.crates\.io|\bproxy\.golang\.org|\bregistry\.npmjs\.org|\bdeb\.debian\.org"
                r"|\bpypi\.org|\bpythonhosted\.org"), "names a package registry; the machine's own configuration does"),
    (re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE), "is left over from a merge"),
]
SOURCE_RULES = [
    (re.compile(r"\b(?:TODO(?!\(#\d+\): )|FIXME\b|XXX\b)"), "write TODO(#issue): and what is missing"),
    (re.compile(r"[ \t]+$", re.MULTILINE), "has blanks at the end of the line"),
]
# Time and random numbers come from outside: so a host runs in a simulation, and its tests are repeatable.
DIRECT_USE = (re.compile(r"\b(?:(?:system|steady|high_resolution)_clock::now|System(?:WallClock|Random)\b|random_device"
                         r"|clock_gettime\(|getrandom\(|gettimeofday\(|std::time\(|::time\()"),
              "is a direct use of a clock or of random numbers; take an Executor, a WallClock or a Random")
MAY_USE = re.compile(r"^src/(?:base/core/|base/rt/shard\.cc$|entry/app/)|_test\.(?:cc|h)$")
# Lock files name where packages come from; that is their job.
EXEMPT = ("Cargo.lock", "package-lock.json", "go.sum")
SOURCE_SUFFIXES = (".h", ".cc", ".rs", ".cmake", ".sh", ".toml")

GLOSSARY = "docs/CONTRIBUTING.md"
GLOSSARY_ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]*)\|$", re.MULTILINE)
QUOTED = re.compile(r"`([^`]+)`")
# The page itself, decisions, which are never rewritten, and texts that come from elsewhere or test how bad input is read.
GLOSSARY_EXEMPT = (GLOSSARY, "LICENSE", "docs/adr/", "fuzz/corpus/", "tools/tests/", "tests/conformance/")
GLOSSARY_SUFFIXES = (*SOURCE_SUFFIXES, ".md", ".py", ".yaml", ".txt", ".c", ".cpp", ".go", ".js")


def rules_of(path: str) -> list[tuple[re.Pattern[str], str]]:
    rules = RULES + (SOURCE_RULES if path.endswith(SOURCE_SUFFIXES) else [])
    is_ours = path.startswith("src/") and path.endswith((".h", ".cc")) and not MAY_USE.search(path)
    return rules + [DIRECT_USE] if is_ours else rules


@dataclass(frozen=True)
class Term:
    """A word of the glossary that is not used, what is said for it, and the phrases in which it is fine."""

    pattern: re.Pattern[str]
    say: str
    fine: tuple[re.Pattern[str], ...]

    def findings(self, text: str) -> Iterator[re.Match[str]]:
        for match in self.pattern.finditer(text):
            line = slice(max(0, match.start() - 40), match.end() + 40)
            inside = (phrase.finditer(text, line.start, line.stop) for phrase in self.fine)
            if not any(one.start() <= match.start() and match.end() <= one.end() for found in inside for one in found):
                yield match


def glossary(page: str) -> list[Term]:
    def spaced(words: str) -> str:
        return r"\s+".join(map(re.escape, words.split()))

    return [
        Term(
            re.compile(r"(?<![\w-])" + spaced(word) + r"(?:s|ed|ing)?(?![\w-])", re.IGNORECASE),
            say.strip(),
            tuple(re.compile(spaced(phrase), re.IGNORECASE) for phrase in QUOTED.findall(fine)),
        )
        for say, words, fine in GLOSSARY_ROW.findall(page.partition("## Words")[2])
        for word in QUOTED.findall(words)
    ]


def check(tree: Tree) -> Iterator[Finding]:
    terms = glossary(tree.text(GLOSSARY)) if tree.exists(GLOSSARY) else []
    for path in tree.tracked():
        data = (tree.root / path).read_bytes()[:BYTES_MAX]
        if Path(path).name in EXEMPT or b"\0" in data:
            continue
        text = data.decode("utf-8", errors="replace")
        for pattern, reason in rules_of(path):
            for match in pattern.finditer(text):
                yield Finding(path, line_of(text, match.start()), f"'{match[0].strip()}' {reason}")
        if path.endswith(GLOSSARY_SUFFIXES) and not path.startswith(GLOSSARY_EXEMPT):
            for term in terms:
                for match in term.findings(text):
                    yield Finding(path, line_of(text, match.start()), f"'{' '.join(match[0].split())}': say {term.say}")


if __name__ == "__main__":
    run("words", check)
