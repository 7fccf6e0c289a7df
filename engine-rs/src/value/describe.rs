//! What a component asks for and offers, function by function. The order is the numbering: functions
//! and resources count through all interfaces of a side.

use super::shape::{Origin, Resource, Shape, Shapes, Side};
use crate::error::Fault;
use wasmtime::Engine;
use wasmtime::component::types::{Component, ComponentFunc, ComponentItem};

/// A function with its types.
pub struct Function {
    pub name: String,
    pub is_async: bool,
    pub params: Vec<(String, Shape)>,
    pub result: Option<Shape>,
}

impl Function {
    /// Every shape of its signature.
    pub fn shapes(&self) -> impl Iterator<Item = &Shape> {
        self.params.iter().map(|(_, shape)| shape).chain(&self.result)
    }
}

/// An interface, or the root of the component where the name is empty.
pub struct Interface {
    pub name: String,
    pub functions: Vec<Function>,
    /// Those that it defines; a resource that another interface defines is listed there.
    pub resources: Vec<String>,
}

impl Interface {
    /// How a message names one of its functions.
    pub fn path(&self, function: &Function) -> String {
        if self.name.is_empty() {
            return function.name.clone();
        }
        format!("{}#{}", self.name, function.name)
    }
}

/// Both sides of a component. Imports are only those that the engine does not offer itself.
pub struct Description {
    pub imports: Vec<Interface>,
    pub exports: Vec<Interface>,
    pub shapes: Shapes,
}

/// The packages whose interfaces the engine offers, as far as it offers them.
const OFFERED: [&str; 7] = [
    "wasi:io/",
    "wasi:clocks/",
    "wasi:random/",
    "wasi:cli/",
    "wasi:filesystem/",
    "wasi:sockets/",
    "wasi:http/",
];

pub fn is_offered(interface: &str) -> bool {
    OFFERED.iter().any(|package| interface.starts_with(package))
}

/// One item of a component's or an instance's type.
pub type Item<'a> = (&'a str, ComponentItem);

pub fn imports_of<'a>(ty: &'a Component, engine: &'a Engine) -> impl Iterator<Item = Item<'a>> {
    ty.imports(engine).map(|(name, it)| (name, it.ty))
}

impl Description {
    /// Errors: Link when the types are too large.
    pub fn of(ty: &Component, engine: &Engine) -> Result<Self, Fault> {
        let mut sides = Sides { shapes: Shapes::default(), engine, imported: 0 };
        let imports = sides.side(imports_of(ty, engine), Side::Import)?;
        let items = ty.exports(engine).map(|(name, it)| (name, it.ty));
        let exports = sides.side(items, Side::Export)?;
        Ok(Description { imports, exports, shapes: sides.shapes })
    }
}

struct Sides<'a> {
    shapes: Shapes,
    engine: &'a Engine,
    /// Resources so far that are imported.
    imported: u32,
}

impl Sides<'_> {
    /// The interfaces in the order of the component, then the root, which may use their resources.
    fn side<'b>(
        &mut self,
        items: impl Iterator<Item = Item<'b>>,
        side: Side,
    ) -> Result<Vec<Interface>, Fault> {
        let (mut described, mut root) = (Vec::new(), Vec::new());
        for (name, item) in items {
            let ComponentItem::ComponentInstance(instance) = item else {
                root.push((name, item));
                continue;
            };
            let items = instance.exports(self.engine).map(|(name, it)| (name, it.ty));
            let interface = self.interface(name, items, side)?;
            if side == Side::Export || !is_offered(name) {
                described.push(interface);
            }
        }
        if !root.is_empty() {
            described.push(self.interface("", root.into_iter(), side)?);
        }
        Ok(described)
    }

    fn origin(&mut self, interface: &str, side: Side) -> Origin {
        match side {
            Side::Export => Origin::Guest,
            Side::Import if is_offered(interface) => Origin::Engine,
            Side::Import => {
                self.imported += 1;
                Origin::Import(self.imported - 1)
            }
        }
    }

    fn interface<'b>(
        &mut self,
        name: &str,
        items: impl Iterator<Item = Item<'b>>,
        side: Side,
    ) -> Result<Interface, Fault> {
        let mut interface =
            Interface { name: name.to_owned(), functions: Vec::new(), resources: Vec::new() };
        let is_ours = side == Side::Export || !is_offered(name);
        for (name, item) in items {
            match item {
                ComponentItem::Resource(ty) if self.shapes.resource(&ty).is_none() => {
                    let origin = self.origin(&interface.name, side);
                    self.shapes.define(ty, Resource { name: name.to_owned(), origin });
                    interface.resources.push(name.to_owned());
                }
                ComponentItem::ComponentFunc(ty) if is_ours => {
                    interface.functions.push(self.function(name, &ty)?);
                }
                _ => {}
            }
        }
        Ok(interface)
    }

    fn function(&mut self, name: &str, ty: &ComponentFunc) -> Result<Function, Fault> {
        let mut params = Vec::new();
        for (name, ty) in ty.params() {
            params.push((self.shapes.name(name)?, self.shapes.of(&ty)?));
        }
        let result = ty.results().next().map(|ty| self.shapes.of(&ty)).transpose()?;
        Ok(Function { name: self.shapes.name(name)?, is_async: ty.async_(), params, result })
    }
}
