"""Reads the part of WIT that the files of wit/ need; anything else is an error. Source: component-model, WIT.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn, TypeVar

from tools.wit.model import PRIMITIVES, Declaration, Function, Interface, Package, Type, WitError

LABEL = r"(?:[a-z][a-z0-9]*|[A-Z][A-Z0-9]*)(?:-(?:[a-z][a-z0-9]*|[A-Z][A-Z0-9]*))*"
VERSION = r"\d+\.\d+\.\d+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
TOKEN = re.compile(rf"(?P<blank>\s+|//[^\n]*|/\*.*?\*/)|@(?P<version>{VERSION})|(?P<label>%?{LABEL})|(?P<mark>->|[{{}}()<>,;:=./_])",
                   re.DOTALL)
SHARED = {"type", "record", "variant", "enum", "flags", "resource", "use"}
END = ""
Item = TypeVar("Item")


class Parser:
    """One file. Its tokens are text and line; versions keep their '@', labels that may be keywords lose their '%'."""

    def __init__(self, path: str, text: str):
        self.path = path
        self.tokens = list(self._scan(text))
        self.at = 0

    def _scan(self, text: str):
        position = 0
        while position < len(text):
            line = text.count("\n", 0, position) + 1
            match = TOKEN.match(text, position)
            if not match:
                raise WitError(self.path, line, f"'{text[position]}' is nothing that the tool knows")
            position = match.end()
            if match["version"]:
                yield "version", match["version"], line
            elif match["label"]:
                yield ("name" if match["label"].startswith("%") else "label"), match["label"].removeprefix("%"), line
            elif match["mark"]:
                yield "mark", match["mark"], line
        yield "end", END, text.count("\n") + 1

    @property
    def token(self) -> str:
        return self.tokens[self.at][1]

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def line(self) -> int:
        return self.tokens[self.at][2]

    def fail(self, text: str, line: int = 0) -> NoReturn:
        raise WitError(self.path, line or self.line, text)

    def is_next(self, text: str) -> bool:
        return self.token == text and self.kind in ("mark", "label")

    def accept(self, text: str) -> bool:
        if not self.is_next(text):
            return False
        self.at += 1
        return True

    def expect(self, text: str) -> None:
        if not self.accept(text):
            self.fail(f"'{text}' must come here, not '{self.token or 'the end'}'")

    def label(self) -> str:
        if self.kind not in ("label", "name"):
            self.fail(f"a name must come here, not '{self.token or 'the end'}'")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def version(self) -> str:
        if self.kind != "version":
            return ""
        self.at += 1
        return self.tokens[self.at - 1][1]

    def several(self, opening: str, closing: str, item: Callable[[], Item]) -> list[Item]:
        """Items between brackets with commas; one behind the last is fine."""
        self.expect(opening)
        items = []
        while not self.accept(closing):
            items.append(item())
            if not self.is_next(closing):
                self.expect(",")
        return items

    def package(self) -> Package:
        self.expect("package")
        package = Package(self.path, f"{self.label()}{self.colon()}{self.label()}", self.version())
        self.expect(";")
        while self.kind != "end":
            line = self.line
            if not self.accept("interface"):
                self.fail(f"'{self.token}' is nothing that the tool knows here; it knows interfaces")
            interface = Interface(package, self.label(), line)
            if interface.label in package.interfaces:
                self.fail(f"the interface '{interface.label}' is there already", line)
            package.interfaces[interface.label] = interface
            self.expect("{")
            while not self.accept("}"):
                self.item(interface)
        return package

    def colon(self) -> str:
        self.expect(":")
        return ":"

    def item(self, interface: Interface) -> None:
        line = self.line
        word = self.token if self.kind == "label" and self.tokens[self.at + 1][1] != ":" else ""
        if word not in SHARED:
            interface.functions.append(self.function("func", ""))
            return
        self.at += 1
        if word == "use":
            self.use(interface)
            return
        name = self.label()
        if word == "type":
            self.expect("=")
            self.declare(interface, Declaration("alias", name, line, (("", self.type()),)))
            self.expect(";")
        elif word == "resource":
            self.declare(interface, Declaration("resource", name, line))
            if not self.accept(";"):
                self.expect("{")
                while not self.accept("}"):
                    interface.functions.append(self.member(name))
        else:
            parts = self.several("{", "}", {"record": self.record_field, "variant": self.case}.get(word, self.bare))
            self.check_parts(word, name, [part for part, _ in parts], line)
            self.declare(interface, Declaration(word, name, line, tuple(parts)))

    def declare(self, interface: Interface, declaration: Declaration) -> None:
        if declaration.name in interface.declarations:
            self.fail(f"the type '{declaration.name}' is there already", declaration.line)
        interface.declarations[declaration.name] = declaration

    def check_parts(self, word: str, name: str, labels: list[str], line: int) -> None:
        if not labels:
            self.fail(f"the {word} '{name}' has no parts", line)
        if len(set(labels)) < len(labels):
            self.fail(f"the {word} '{name}' has two parts of one name", line)
        if word == "flags" and len(labels) > 64:
            self.fail(f"the flags '{name}' are more than 64", line)

    def use(self, interface: Interface) -> None:
        source = self.label()
        if self.accept(":"):
            source += f":{self.label()}"
            self.expect("/")
            source += f"/{self.label()}"
            version = self.version()
            source += f"@{version}" if version else ""
        self.expect(".")

        def one() -> Declaration:
            line, original = self.line, self.label()
            name = self.label() if self.accept("as") else original
            return Declaration("use", name, line, source=source, original=original)

        for declaration in self.several("{", "}", one):
            self.declare(interface, declaration)
        self.expect(";")

    def record_field(self) -> tuple[str, Type | None]:
        name = self.label()
        self.expect(":")
        return name, self.type()

    def case(self) -> tuple[str, Type | None]:
        name = self.label()
        payload = None
        if self.accept("("):
            payload = self.type()
            self.expect(")")
        return name, payload

    def bare(self) -> tuple[str, Type | None]:
        return self.label(), None

    def member(self, resource: str) -> Function:
        if self.is_next("constructor") and self.tokens[self.at + 1][1] == "(":
            line = self.line
            self.at += 1
            params = self.params()
            self.expect(";")
            made = Type("own", name=resource, line=line)
            return Function("", "constructor", resource, params, made, False, line)
        return self.function("method", resource)

    def function(self, role: str, resource: str) -> Function:
        line, label = self.line, self.label()
        self.expect(":")
        if role == "method" and self.accept("static"):
            role = "static"
        is_async = self.accept("async")
        self.expect("func")
        params = self.params()
        if role == "method":
            params = (("self", Type("borrow", name=resource, line=line)), *params)
        result = self.type() if self.accept("->") else None
        self.expect(";")
        return Function(label, role, resource, params, result, is_async, line)

    def params(self) -> tuple[tuple[str, Type], ...]:
        line = self.line
        params = self.several("(", ")", self.record_field)
        if len({name for name, _ in params}) < len(params):
            self.fail("two parameters have one name", line)
        return tuple(params)

    def type(self) -> Type:
        line = self.line
        if self.kind == "name":
            return Type("named", name=self.label(), line=line)
        word = self.label()
        if word in PRIMITIVES:
            return Type(word, line=line)
        if word in ("own", "borrow"):
            self.expect("<")
            name = self.label()
            self.expect(">")
            return Type(word, name=name, line=line)
        if word in ("list", "option", "future", "stream"):
            parts = self.several("<", ">", self.type) if self.is_next("<") else []
            if len(parts) != 1:
                self.fail(f"a {word} of one type is all that the tool knows", line)
            if word == "stream" and parts[0].kind != "u8":
                self.fail("a stream<u8> is all that the tool knows", line)
            return Type(word, tuple(parts), line=line)
        if word == "tuple":
            return Type(word, tuple(self.several("<", ">", self.type)), line=line)
        if word == "result":
            parts = self.several("<", ">", self.side) if self.is_next("<") else []
            if len(parts) > 2:
                self.fail("a result has two sides", line)
            return Type(word, tuple([*parts, None, None][:2]), line=line)
        if word in ("map", "error-context"):
            self.fail(f"the tool does not know '{word}'", line)
        return Type("named", name=word, line=line)

    def side(self) -> Type | None:
        return None if self.accept("_") else self.type()


def parse(path: str, text: str) -> Package:
    """Errors: WitError, with the line."""
    return Parser(path, text).package()
