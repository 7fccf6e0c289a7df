//! The type of a value as a tree of our own: what the description prints and what arguments are
//! checked against before they enter a guest. Trees are bounded: types may share parts, trees do not.

use super::io::Io;
use crate::error::{Fault, Status};
use wasmtime::component::{ResourceType, Type};

pub const NODES_MAX: usize = 20_000;
const NAME_BYTES_MAX: usize = 1 << 20;
/// As `Type::depth_max` of the C++ side has it, which reads the description.
const DEPTH_MAX: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    Bool,
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
    F32,
    F64,
    Char,
}

impl Scalar {
    pub fn name(self) -> &'static str {
        self.facts().0
    }

    /// Its name and its bytes in memory.
    fn facts(self) -> (&'static str, usize) {
        match self {
            Scalar::Bool => ("bool", 1),
            Scalar::S8 => ("s8", 1),
            Scalar::U8 => ("u8", 1),
            Scalar::S16 => ("s16", 2),
            Scalar::U16 => ("u16", 2),
            Scalar::S32 => ("s32", 4),
            Scalar::U32 => ("u32", 4),
            Scalar::S64 => ("s64", 8),
            Scalar::U64 => ("u64", 8),
            Scalar::F32 => ("f32", 4),
            Scalar::F64 => ("f64", 8),
            Scalar::Char => ("char", 4),
        }
    }
}

/// A side of a component.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Import,
    Export,
}

/// Who defines a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The C side; the number is its index in the description.
    Import(u32),
    /// The engine: a resource of WASI.
    Engine,
    /// The guest itself.
    Guest,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    pub name: String,
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Scalar(Scalar),
    Text,
    ErrorContext,
    /// The number is the bytes that one element takes in memory.
    List(Box<Shape>, usize),
    FixedList(Box<Shape>, u32),
    /// The number is the bytes that one entry takes in memory.
    Map(Box<Shape>, Box<Shape>, usize),
    Record(Vec<(String, Shape)>),
    Tuple(Vec<Shape>),
    Variant(Vec<(String, Option<Shape>)>),
    Enum(Vec<String>),
    Option(Box<Shape>),
    Result(Option<Box<Shape>>, Option<Box<Shape>>),
    Flags(Vec<String>),
    Own(Resource),
    Borrow(Resource),
    /// The guest has it from then on.
    Io(Io),
    Stream(Option<Box<Shape>>),
    Future(Option<Box<Shape>>),
}

fn widest<'a>(cases: impl IntoIterator<Item = Option<&'a Shape>>) -> usize {
    let slots = cases.into_iter().flatten().map(Shape::slots);
    1usize.saturating_add(slots.max().unwrap_or(0))
}

/// Bytes in memory, and what their place is a multiple of.
pub type Layout = (usize, usize);

/// How values lie in memory one after the other.
pub fn tuple_layout<'a>(parts: impl IntoIterator<Item = &'a Shape>) -> Layout {
    let (end, align) = parts.into_iter().fold((0usize, 1), |(end, most), part| {
        let (size, align) = part.layout();
        (end.next_multiple_of(align).saturating_add(size), align.max(most))
    });
    (end.next_multiple_of(align), align)
}

fn cases_layout<'a>(count: usize, payloads: impl IntoIterator<Item = &'a Shape>) -> Layout {
    let case = match count {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    };
    let (size, align) = payloads
        .into_iter()
        .map(Shape::layout)
        .fold((0, case), |most, layout| (layout.0.max(most.0), layout.1.max(most.1)));
    ((case.next_multiple_of(align) + size).next_multiple_of(align), align)
}

impl Shape {
    pub fn list(element: Box<Shape>) -> Self {
        let size = tuple_layout([&*element]).0;
        Shape::List(element, size)
    }

    pub fn map(key: Box<Shape>, value: Box<Shape>) -> Self {
        let size = tuple_layout([&*key, &*value]).0;
        Shape::Map(key, value, size)
    }

    /// The size and alignment of the canonical ABI.
    fn layout(&self) -> Layout {
        match self {
            Shape::Scalar(kind) => (kind.facts().1, kind.facts().1),
            Shape::Text | Shape::List(..) | Shape::Map(..) => (8, 4),
            Shape::FixedList(element, count) => {
                let (size, align) = element.layout();
                (size.saturating_mul(*count as usize), align)
            }
            Shape::Record(fields) => tuple_layout(fields.iter().map(|(_, field)| field)),
            Shape::Tuple(parts) => tuple_layout(parts),
            Shape::Enum(names) => cases_layout(names.len(), []),
            Shape::Variant(cases) => cases_layout(cases.len(), self.parts()),
            Shape::Option(_) | Shape::Result(..) => cases_layout(2, self.parts()),
            Shape::Flags(names) => match names.len() {
                0..=8 => (1, 1),
                9..=16 => (2, 2),
                _ => (4, 4),
            },
            _ => (4, 4),
        }
    }

    /// How many core values it is when it is passed without memory.
    pub fn slots(&self) -> usize {
        let sum = |total: usize, shape: &Shape| total.saturating_add(shape.slots());
        match self {
            Shape::Text | Shape::List(..) | Shape::Map(..) => 2,
            Shape::FixedList(element, count) => element.slots().saturating_mul(*count as usize),
            Shape::Record(fields) => fields.iter().map(|(_, field)| field).fold(0, sum),
            Shape::Tuple(parts) => parts.iter().fold(0, sum),
            Shape::Variant(cases) => widest(cases.iter().map(|(_, case)| case.as_ref())),
            Shape::Option(some) => widest([Some(&**some)]),
            Shape::Result(ok, err) => widest([ok.as_deref(), err.as_deref()]),
            _ => 1,
        }
    }

    /// The first part, itself included, for which `wanted` holds.
    pub fn find(&self, wanted: &impl Fn(&Shape) -> bool) -> Option<&Shape> {
        if wanted(self) {
            return Some(self);
        }
        self.parts().into_iter().find_map(|part| part.find(wanted))
    }

    /// What it is directly made of.
    pub fn parts(&self) -> Vec<&Shape> {
        match self {
            Shape::List(part, _) | Shape::FixedList(part, _) | Shape::Option(part) => vec![part],
            Shape::Map(key, value, _) => vec![key, value],
            Shape::Record(fields) => fields.iter().map(|(_, field)| field).collect(),
            Shape::Tuple(parts) => parts.iter().collect(),
            Shape::Variant(cases) => cases.iter().filter_map(|(_, case)| case.as_ref()).collect(),
            Shape::Result(ok, err) => [ok, err].into_iter().flatten().map(|part| &**part).collect(),
            Shape::Stream(item) | Shape::Future(item) => item.iter().map(|item| &**item).collect(),
            _ => Vec::new(),
        }
    }

    fn is_stream(&self) -> bool {
        matches!(self, Shape::Stream(_) | Shape::Future(_) | Shape::Io(_))
    }

    /// What about a type, named, keeps it from being carried.
    pub fn refusal(&self) -> Option<String> {
        let reason = |part: &Shape| match part {
            Shape::ErrorContext => Some("an error context".to_owned()),
            Shape::Stream(Some(item)) if **item == Shape::Scalar(Scalar::U8) => None,
            Shape::Stream(_) => Some("a stream of anything but u8".to_owned()),
            Shape::Future(None) => Some("a future of nothing".to_owned()),
            Shape::Future(Some(value)) if value.find(&Shape::is_stream).is_some() => {
                Some("a future of a stream or future".to_owned())
            }
            Shape::Future(Some(value)) if value.has_handles() => {
                Some("a future of a resource".to_owned())
            }
            Shape::Own(resource) | Shape::Borrow(resource) => match resource.origin {
                Origin::Import(_) => None,
                Origin::Engine if Io::of_name(&resource.name).is_some() => {
                    Some(format!("a borrowed '{}', which only moves", resource.name))
                }
                Origin::Engine => Some(format!("'{}', a resource of the engine", resource.name)),
                Origin::Guest => {
                    Some(format!("'{}', a resource of the component itself", resource.name))
                }
            },
            _ => None,
        };
        reason(self.find(&|part| reason(part).is_some())?)
    }

    /// The same where a guest hands it over.
    pub fn refusal_of_given(&self) -> Option<String> {
        let reason = "a pollable that a component made, which stays with it";
        let is_pollable = |part: &Shape| *part == Shape::Io(Io::Pollable);
        self.refusal().or_else(|| self.find(&is_pollable).map(|_| reason.to_owned()))
    }

    pub fn has_handles(&self) -> bool {
        self.find(&|part| matches!(part, Shape::Own(_) | Shape::Borrow(_))).is_some()
    }
}

/// Makes shapes of wasmtime's types, all of one component within one budget.
#[derive(Default)]
pub struct Shapes {
    resources: Vec<(ResourceType, Resource)>,
    nodes: usize,
    name_bytes: usize,
}

impl Shapes {
    /// Makes a resource known; the first name counts. Its origin is what was said first.
    pub fn define(&mut self, ty: ResourceType, resource: Resource) {
        if self.resource(&ty).is_none() {
            self.resources.push((ty, resource));
        }
    }

    pub fn resource(&self, ty: &ResourceType) -> Option<&Resource> {
        self.resources.iter().find(|(known, _)| known == ty).map(|(_, resource)| resource)
    }

    /// Charges a name, and the part that bears it, to the budget.
    pub fn name(&mut self, name: &str) -> Result<String, Fault> {
        self.nodes += 1;
        self.name_bytes += name.len();
        if self.nodes > NODES_MAX {
            let message = format!("its types written out are more than {NODES_MAX} parts");
            return Err(Fault::new(Status::Link, message));
        }
        if self.name_bytes > NAME_BYTES_MAX {
            let message = "its types written out have more than 1 MiB of names";
            return Err(Fault::new(Status::Link, message));
        }
        Ok(name.to_owned())
    }

    fn names<'a>(&mut self, names: impl Iterator<Item = &'a str>) -> Result<Vec<String>, Fault> {
        names.map(|name| self.name(name)).collect()
    }

    fn boxed(&mut self, ty: &Type, depth: usize) -> Result<Box<Shape>, Fault> {
        self.at(ty, depth).map(Box::new)
    }

    fn maybe(&mut self, ty: Option<Type>, depth: usize) -> Result<Option<Box<Shape>>, Fault> {
        ty.map(|ty| self.boxed(&ty, depth)).transpose()
    }

    fn handle(&self, ty: &ResourceType) -> Resource {
        let unnamed = || Resource { name: String::new(), origin: Origin::Guest };
        self.resource(ty).cloned().unwrap_or_else(unnamed)
    }

    /// The shape of `ty`. Errors: Link when the component's types are too large.
    pub fn of(&mut self, ty: &Type) -> Result<Shape, Fault> {
        self.at(ty, 0)
    }

    fn at(&mut self, ty: &Type, depth: usize) -> Result<Shape, Fault> {
        self.name("")?;
        let depth = depth + 1;
        if depth > DEPTH_MAX {
            let message = format!("its types are nested more than {DEPTH_MAX} deep");
            return Err(Fault::new(Status::Link, message));
        }
        Ok(match ty {
            Type::String => Shape::Text,
            Type::ErrorContext => Shape::ErrorContext,
            Type::List(list) => Shape::list(self.boxed(&list.ty(), depth)?),
            Type::FixedLengthList(list) => {
                Shape::FixedList(self.boxed(&list.ty(), depth)?, list.len())
            }
            Type::Map(map) => {
                Shape::map(self.boxed(&map.key(), depth)?, self.boxed(&map.value(), depth)?)
            }
            Type::Record(record) => {
                let mut field = |name, ty: Type| Ok((self.name(name)?, self.at(&ty, depth)?));
                let fields = record.fields().map(|it| field(it.name, it.ty));
                Shape::Record(fields.collect::<Result<_, Fault>>()?)
            }
            Type::Tuple(tuple) => {
                Shape::Tuple(tuple.types().map(|ty| self.at(&ty, depth)).collect::<Result<_, _>>()?)
            }
            Type::Variant(variant) => {
                let mut case = |name, ty: Option<Type>| {
                    Ok((self.name(name)?, ty.map(|ty| self.at(&ty, depth)).transpose()?))
                };
                let cases = variant.cases().map(|it| case(it.name, it.ty));
                Shape::Variant(cases.collect::<Result<_, Fault>>()?)
            }
            Type::Enum(cases) => Shape::Enum(self.names(cases.names())?),
            Type::Option(option) => Shape::Option(self.boxed(&option.ty(), depth)?),
            Type::Result(result) => {
                Shape::Result(self.maybe(result.ok(), depth)?, self.maybe(result.err(), depth)?)
            }
            Type::Flags(flags) => Shape::Flags(self.names(flags.names())?),
            Type::Own(resource) => {
                let resource = self.handle(resource);
                let is_engines = resource.origin == Origin::Engine;
                match Io::of_name(&resource.name).filter(|_| is_engines) {
                    Some(io) => Shape::Io(io),
                    None => Shape::Own(resource),
                }
            }
            Type::Borrow(resource) => Shape::Borrow(self.handle(resource)),
            Type::Stream(stream) => Shape::Stream(self.maybe(stream.ty(), depth)?),
            Type::Future(future) => Shape::Future(self.maybe(future.ty(), depth)?),
            Type::Bool => Shape::Scalar(Scalar::Bool),
            Type::S8 => Shape::Scalar(Scalar::S8),
            Type::U8 => Shape::Scalar(Scalar::U8),
            Type::S16 => Shape::Scalar(Scalar::S16),
            Type::U16 => Shape::Scalar(Scalar::U16),
            Type::S32 => Shape::Scalar(Scalar::S32),
            Type::U32 => Shape::Scalar(Scalar::U32),
            Type::S64 => Shape::Scalar(Scalar::S64),
            Type::U64 => Shape::Scalar(Scalar::U64),
            Type::Float32 => Shape::Scalar(Scalar::F32),
            Type::Float64 => Shape::Scalar(Scalar::F64),
            Type::Char => Shape::Scalar(Scalar::Char),
        })
    }
}
