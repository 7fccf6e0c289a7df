"""Names of types across interfaces and packages, and what may not be."""

from __future__ import annotations

from collections.abc import Iterator

from tools.wit.model import Declaration, Function, Interface, Package, Type, WitError


class Library:
    """All packages. Errors of its making and of its methods: WitError."""

    def __init__(self, packages: list[Package]):
        self.packages = packages
        self.interfaces: dict[str, Interface] = {}
        for package in packages:
            for interface in package.interfaces.values():
                if interface.name in self.interfaces:
                    other = self.interfaces[interface.name].package.path
                    raise WitError(package.path, interface.line, f"{interface.name} is in {other} already")
                self.interfaces[interface.name] = interface
        for interface in self.interfaces.values():
            self._check(interface)

    def used(self, interface: Interface, use: Declaration) -> tuple[Interface, Declaration]:
        """What a `use` means: a declaration over there, which may be a use in turn."""
        name = use.source if ":" in use.source else interface.package.name_of(use.source)
        other = self.interfaces.get(name)
        if other is None or use.original not in other.declarations:
            missing = f"'{use.original}' of {name}" if other else name
            raise WitError(interface.package.path, use.line, f"there is no {missing} in wit/")
        return other, other.declarations[use.original]

    def definition(self, interface: Interface, name: str, line: int) -> tuple[Interface, Declaration]:
        """The declaration behind uses; an alias is one of its own."""
        if name not in interface.declarations:
            raise WitError(interface.package.path, line, f"there is no type '{name}' in the interface '{interface.label}'")
        declaration = interface.declarations[name]
        seen = set()
        while declaration.kind == "use":
            if (interface.name, declaration.name) in seen:
                raise WitError(interface.package.path, declaration.line, f"'{declaration.name}' is used in a circle")
            seen.add((interface.name, declaration.name))
            interface, declaration = self.used(interface, declaration)
        return interface, declaration

    def is_resource(self, interface: Interface, name: str, line: int) -> bool:
        return self.definition(interface, name, line)[1].kind == "resource"

    def in_order(self, interface: Interface) -> list[Declaration]:
        """The declarations, each behind those that it needs."""
        done: list[Declaration] = []
        open_names: list[str] = []

        def visit(declaration: Declaration) -> None:
            if declaration in done:
                return
            if declaration.name in open_names:
                raise WitError(interface.package.path, declaration.line, f"the type '{declaration.name}' contains itself")
            open_names.append(declaration.name)
            for part in types_of(declaration):
                visit(interface.declarations[part.name])
            open_names.pop()
            done.append(declaration)

        for declaration in interface.declarations.values():
            visit(declaration)
        return done

    def carries(self, interface: Interface, type_: Type | None, kinds: tuple[str, ...]) -> bool:
        """Whether a type of one of these kinds is in it."""
        if type_ is None:
            return False
        if type_.kind in kinds or any(self.carries(interface, part, kinds) for part in type_.parts):
            return True
        if type_.kind != "named":
            return False
        place, declaration = self.definition(interface, type_.name, type_.line)
        return any(self.carries(place, part, kinds) for _, part in declaration.parts)

    def _check(self, interface: Interface) -> None:
        path = interface.package.path
        for declaration in interface.declarations.values():
            if declaration.kind == "use":
                self.definition(interface, declaration.name, declaration.line)
            for type_ in types_of(declaration):
                self._check_name(interface, type_)
        names: set[str] = set()
        for function in interface.functions:
            if function.name in names:
                raise WitError(path, function.line, f"the function '{function.name}' is there already")
            names.add(function.name)
            for type_ in types_in([function.result, *(part for _, part in function.params)]):
                self._check_name(interface, type_)
        self.in_order(interface)
        for function in interface.functions:
            self._check_result(interface, function)

    def _check_name(self, interface: Interface, type_: Type) -> None:
        is_resource = self.is_resource(interface, type_.name, type_.line)
        if type_.kind in ("own", "borrow") and not is_resource:
            raise WitError(interface.package.path, type_.line, f"'{type_.name}' is not a resource")

    def _check_result(self, interface: Interface, function: Function) -> None:
        if self.carries(interface, function.result, ("borrow",)):
            raise WitError(interface.package.path, function.line, f"'{function.name}' gives back something borrowed")


def types_in(types: list[Type | None]) -> Iterator[Type]:
    """Those with a name, however deep they stand."""
    for type_ in types:
        if type_ is not None:
            if type_.name:
                yield type_
            yield from types_in(list(type_.parts))


def types_of(declaration: Declaration) -> Iterator[Type]:
    return types_in([part for _, part in declaration.parts])
