"""What a WIT file says, as far as the tool knows it."""

from __future__ import annotations

from dataclasses import dataclass, field

PRIMITIVES = ("bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "char", "string")


class WitError(Exception):
    """What is wrong with a file: where, and a sentence with cause and remedy."""

    def __init__(self, path: str, line: int, text: str):
        super().__init__(f"{path}:{line}: {text}")


@dataclass(frozen=True)
class Type:
    """`kind` is a primitive, list, option, result, tuple, stream, future, own, borrow, or `named`."""

    kind: str
    parts: tuple[Type | None, ...] = ()
    name: str = ""  # Of own, borrow and named.
    line: int = 0


@dataclass(frozen=True)
class Declaration:
    """A name that an interface gives to a type. `kind` is record, variant, enum, flags, resource, alias or use."""

    kind: str
    name: str
    line: int
    parts: tuple[tuple[str, Type | None], ...] = ()  # Fields, cases or flags; of an alias its one type, without a name.
    source: str = ""  # Of a use: "store", or "wasi:io/error@0.2.0".
    original: str = ""  # Of a use: the name over there.


@dataclass(frozen=True)
class Function:
    """`role` is func, method, static or constructor; the last three are those of `resource`."""

    label: str
    role: str
    resource: str
    params: tuple[tuple[str, Type], ...]
    result: Type | None
    is_async: bool
    line: int

    @property
    def name(self) -> str:
        """As in a component."""
        if self.role == "func":
            return self.label
        return f"[{self.role}]{self.resource}" + ("" if self.role == "constructor" else f".{self.label}")


@dataclass
class Interface:
    package: Package
    label: str
    line: int
    declarations: dict[str, Declaration] = field(default_factory=dict)
    functions: list[Function] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.package.name_of(self.label)


@dataclass
class Package:
    path: str
    id: str  # "wasi:keyvalue"
    version: str  # Empty: it has none.
    interfaces: dict[str, Interface] = field(default_factory=dict)

    def name_of(self, label: str) -> str:
        return f"{self.id}/{label}" + (f"@{self.version}" if self.version else "")
