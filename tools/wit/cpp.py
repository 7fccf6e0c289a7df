"""The C++ of a package: types, `Functions` to implement, `serve`, and `Calls` for what components export."""

from __future__ import annotations

import re

from tools.wit.model import Declaration, Function, Interface, Package, Type, WitError
from tools.wit.resolve import Library

WIDTH = 100
SCALARS = {
    "bool": "bool", "f32": "float", "f64": "double", "char": "char32_t",
    **{f"{sign}{bits}": f"std::{'u' if sign == 'u' else ''}int{bits}_t" for sign in "su" for bits in (8, 16, 32, 64)},
}
# Names of C++, and those that the code around them uses.
TAKEN = set(
    "alignas alignof and asm auto bool break case catch char class concept const consteval constexpr constinit continue co_await "
    "co_return co_yield decltype default delete do double else enum explicit export extern false float for friend goto if inline "
    "int long mutable namespace new noexcept not nullptr operator or private protected public register requires return short "
    "signed sizeof static struct switch template this throw true try typedef typeid typename union unsigned using virtual void "
    "volatile wchar_t while xor ctx held names which parts serve bind".split()
)
TAKEN_TYPES = {"Functions", "Calls", "Case"}
# Interfaces that components export and the host calls.
EXPORTED = {"wasi:keyvalue/watcher", "weft:kinds/kinds"}
HEAD = ("// Made by `python3 -m tools.wit` from {path}.\n// clang-format off\n"
        "// NOLINTBEGIN(readability-identifier-naming,performance-move-const-arg)\n")
TAIL = "\n// NOLINTEND(readability-identifier-naming,performance-move-const-arg)\n"


def snake(label: str) -> str:
    name = label.lower().replace("-", "_")
    return f"{name}_" if name in TAKEN else name


def pascal(label: str) -> str:
    name = "".join(word.capitalize() for word in label.split("-"))
    return f"{name}_" if name in TAKEN_TYPES else name


def space_of(interface: Interface) -> str:
    return re.sub(r"[^a-z0-9]", "_", re.sub("@", "_", interface.name).lower())


def file_of(package: Package) -> str:
    """Without its ending. What only tests use says so by its name."""
    name = re.sub(r"[^a-z0-9]", "_", f"{package.id}{'-' if package.version else ''}{package.version}".lower())
    return f"{name}_fixture" if "/fixtures/" in package.path else name


def wrapped(begin: str, parts: list[str], end: str, indent: str) -> str:
    """`begin(parts)end`, on several lines if it must be."""
    line = f"{begin}{', '.join(parts)}{end}"
    if len(line) <= WIDTH:
        return line
    lines = [begin]
    for index, part in enumerate(parts):
        text = part + ("," if index + 1 < len(parts) else end)
        if index == 0 or len(lines[-1]) + 1 + len(text) > WIDTH:
            lines.append(f"{indent}        {text}")
        else:
            lines[-1] += f" {text}"
    return "\n".join(lines)


class Writer:
    """The text of one package."""

    def __init__(self, library: Library, package: Package):
        self.library = library
        self.package = package

    def type(self, interface: Interface, type_: Type | None) -> str:
        if type_ is None:
            return "void"
        inner = [self.type(interface, part) for part in type_.parts]
        match type_.kind:
            case kind if kind in SCALARS:
                return SCALARS[kind]
            case "string":
                return "std::string"
            case "list":
                return "Bytes" if type_.parts[0] and type_.parts[0].kind == "u8" else f"std::vector<{inner[0]}>"
            case "option":
                return f"std::optional<{inner[0]}>"
            case "tuple":
                return f"std::tuple<{', '.join(inner)}>"
            case "result":
                return f"std::expected<{inner[0]}, {inner[1] if type_.parts[1] else 'std::monostate'}>"
            case "stream":
                return "Stream"
            case "future":
                return f"Future<{inner[0]}>"
            case "own" | "borrow":
                return f"{type_.kind.capitalize()}<{pascal(type_.name)}>"
        own = self.library.is_resource(interface, type_.name, type_.line)
        return f"Own<{pascal(type_.name)}>" if own else pascal(type_.name)

    def initial(self, interface: Interface, type_: Type) -> str:
        """What a field of such a type must be given so that it is never unset."""
        if type_.kind == "named":
            place, declaration = self.library.definition(interface, type_.name, type_.line)
            if declaration.kind == "alias" and declaration.parts[0][1]:
                return self.initial(place, declaration.parts[0][1])
            return "{}" if declaration.kind == "enum" else ""
        return "{}" if type_.kind in SCALARS else ""

    def declaration(self, interface: Interface, one: Declaration) -> list[str]:
        name = pascal(one.name)
        if one.kind == "alias":
            return [f"using {name} = {self.type(interface, one.parts[0][1])};"]
        if one.kind == "use":
            place, original = self.library.used(interface, one)
            return [f"using {name} = {space_of(place)}::{pascal(original.name)};"]
        if one.kind == "resource":
            return [f"struct {name} {{", f'    static constexpr std::string_view resource = "{one.name}";', "};"]
        labels = [f'"{label}"' for label, _ in one.parts]
        names = wrapped(f"std::array<std::string_view, {len(labels)}>{{", labels, "}", "    ")
        if one.kind == "enum":
            cases = wrapped(f"enum class {name} : std::uint32_t {{ ", [snake(label) for label, _ in one.parts], " };", "")
            return [cases, f"constexpr auto names_of({name} /*type*/) {{", f"    return {names};", "}"]
        body = [f"struct {name} {{", f"    static constexpr auto names = {names};"]
        body += getattr(self, f"_{one.kind}")(interface, one)
        if not any(self.library.carries(interface, part, ("stream", "future")) for _, part in one.parts):
            body.append(f"    friend bool operator==(const {name}&, const {name}&) = default;")
        return [*body, "};"]

    def _record(self, interface: Interface, one: Declaration) -> list[str]:
        lines = [f"    {self.type(interface, part)} {snake(label)}{self.initial(interface, part)};"
                 for label, part in one.parts if part]
        ties = wrapped("    auto parts() { return std::tie(", [snake(label) for label, _ in one.parts], "); }", "    ")
        return [*lines, ties]

    def _flags(self, _: Interface, one: Declaration) -> list[str]:
        flags = [snake(label) for label, _ in one.parts]
        ties = wrapped("    auto flags() { return std::tie(", flags, "); }", "    ")
        return [*(f"    bool {flag} = false;" for flag in flags), ties]

    def _variant(self, interface: Interface, one: Declaration) -> list[str]:
        held = [self.type(interface, part) if part else "std::monostate" for _, part in one.parts]
        lines = [
            wrapped("    enum class Case : std::uint32_t { ", [snake(label) for label, _ in one.parts], " };", "    "),
            wrapped("    std::variant<", held, "> held;", "    "),
            "    Case which() const { return static_cast<Case>(held.index()); }",
        ]
        for index, (label, part) in enumerate(one.parts):
            value = f"{self.type(interface, part)} value" if part else ""
            moved = ", std::move(value)" if part else ""
            lines.append(f"    static {pascal(one.name)} {snake(label)}({value}) {{")
            lines.append(f"        return {{decltype(held)(std::in_place_index<{index}>{moved})}};")
            lines.append("    }")
        return lines

    def method(self, function: Function) -> str:
        if function.role == "func":
            return snake(function.label)
        return snake(f"create-{function.resource}" if function.role == "constructor"
                     else f"{function.resource}-{function.label}")

    def signature(self, interface: Interface, function: Function) -> tuple[str, list[str]]:
        params = [f"{self.type(interface, type_)} {snake(label)}" for label, type_ in function.params]
        return self.type(interface, function.result), ["rt::CallCtx ctx", *params]

    def functions(self, interface: Interface) -> list[str]:
        lines = ["/// What answers those who import it; see ServedFunctions.",
                 "class Functions : public capability::ServedFunctions {", "  public:"]
        for function in interface.functions:
            result, params = self.signature(interface, function)
            lines.append(wrapped(f"    virtual rt::Task<{result}> {self.method(function)}(", params, ") = 0;", "    "))
        for resource in self.resources(interface):
            lines.append(f"    virtual void drop_{snake(resource)}(BytesView /*handle*/) {{}}")
        return [*lines, "};"]

    def resources(self, interface: Interface) -> list[str]:
        return [one.name for one in interface.declarations.values() if one.kind == "resource"]

    def calls(self, interface: Interface) -> list[str]:
        lines = ["/// Calls a component that exports it.", "class Calls {", "  public:",
                 "    /// Errors: those of match_exports.",
                 "    static Result<Calls> bind(capability::ExportTarget* target, const value::Interface& exported);"]
        for index, function in enumerate(interface.functions):
            result, params = self.signature(interface, function)
            moved = "".join(f", std::move({snake(label)})" for label, _ in function.params)
            lines.append(wrapped(f"    rt::Task<{result}> {self.method(function)}(", params, ") const {", "    "))
            lines.append(f"        return capability::call_export<{result}>(")
            lines.append(f"            target_, numbers_[{index}], std::move(ctx){moved});")
            lines.append("    }")
        return [*lines, "", "  private:", "    capability::ExportTarget* target_ = nullptr;  // Outlives it.",
                f"    std::array<std::uint32_t, {len(interface.functions)}> numbers_{{}};", "};"]

    def is_exported(self, interface: Interface) -> bool:
        return interface.name.partition("@")[0] in EXPORTED

    def header(self) -> str:
        others = {file_of(self.library.used(interface, one)[0].package)
                  for interface in self.package.interfaces.values()
                  for one in interface.declarations.values() if one.kind == "use"}
        includes = sorted({"platform/capability/served_import.h"}
                          | ({"platform/capability/export_calls.h"} if any(map(self.is_exported, self.interfaces())) else set())
                          | {f"platform/capability/wit/{name}.h" for name in others - {file_of(self.package)}})
        out = [HEAD.format(path=self.package.path) + "#pragma once", "",
               *(f"#include <{name}>" for name in ("array", "cstdint", "expected", "memory", "optional", "string", "string_view",
                                                    "tuple", "utility", "variant", "vector")), "",
               *(f'#include "{name}"' for name in includes)]
        for interface in self.interfaces():
            self.check_names(interface)
            out += ["", f"namespace weft::wit::{space_of(interface)} {{", "",
                    f'inline constexpr std::string_view interface_name = "{interface.name}";']
            for declaration in self.library.in_order(interface):
                out += ["", f"/// `{declaration.name}`, {declaration.kind}.", *self.declaration(interface, declaration)]
            if interface.functions:
                out += ["", *self.functions(interface), "",
                        "/// Errors: those of serve_interface.",
                        "Result<std::unique_ptr<capability::ImportTarget>> serve(",
                        "    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted);"]
                if self.is_exported(interface):
                    out += ["", *self.calls(interface)]
            out += ["", f"}}  // namespace weft::wit::{space_of(interface)}"]
        return "\n".join(out) + "\n" + TAIL

    def interfaces(self) -> list[Interface]:
        return list(self.package.interfaces.values())

    def check_names(self, interface: Interface) -> None:
        """Two names of WIT may be one of C++: `a-b.c` and `a.b-c`."""
        seen: set[str] = set()
        for name, line in [*((self.method(one), one.line) for one in interface.functions),
                           *((pascal(one.name), one.line) for one in interface.declarations.values())]:
            if name in seen:
                raise WitError(self.package.path, line, f"two things of '{interface.label}' are '{name}' in C++")
            seen.add(name)

    def source(self) -> str:
        out = [HEAD.format(path=self.package.path) + f'#include "platform/capability/wit/{file_of(self.package)}.h"']
        for interface in self.interfaces():
            if not interface.functions:
                continue
            resources = self.resources(interface)
            out += ["", f"namespace weft::wit::{space_of(interface)} {{", "namespace {", "",
                    "constexpr capability::ServedFunction rows[] = {"]
            for function in interface.functions:
                params = " ".join(label for label, _ in function.params)
                kind = ", capability::Mode::asynchronous" if function.is_async else ""
                out.append(f"    capability::served<&Functions::{self.method(function)}>(")
                out.append(f'        "{function.name}", "{params}"{kind}),')
            out.append("};")
            if resources:
                out.append("constexpr capability::ServedResource resources[] = {")
                out += [f'    capability::dropped<&Functions::drop_{snake(name)}>("{name}"),' for name in resources]
                out.append("};")
            out += [f"constexpr capability::ServedInterface offered{{interface_name, rows, {'resources' if resources else '{}'}}};",
                    "", "}  // namespace", "",
                    "Result<std::unique_ptr<capability::ImportTarget>> serve(",
                    "    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted) {",
                    "    return capability::serve_interface(offered, executor, std::move(functions), wanted);", "}"]
            if self.is_exported(interface):
                out += ["", "Result<Calls> Calls::bind(capability::ExportTarget* target, const value::Interface& exported) {",
                        "    Calls calls;", "    calls.target_ = target;",
                        "    CHECK(capability::match_exports(offered, exported, calls.numbers_));", "    return calls;", "}"]
            out += ["", f"}}  // namespace weft::wit::{space_of(interface)}"]
        return "\n".join(out) + "\n" + TAIL

    def has_functions(self) -> bool:
        return any(interface.functions for interface in self.interfaces())


def files(library: Library) -> dict[str, str]:
    """Name to text of all files. Errors: WitError."""
    made: dict[str, str] = {}
    for package in library.packages:
        writer = Writer(library, package)
        name = file_of(package)
        if f"{name}.h" in made:
            raise WitError(package.path, 1, f"another file gives '{name}.h' too")
        made[f"{name}.h"] = writer.header()
        if writer.has_functions():
            made[f"{name}.cc"] = writer.source()
    return made
