//! Questions about wasmtime's runtime types that both directions ask.

use wasmtime::component::__internal::wasmtime_environ::component::VariantInfo;
use wasmtime::component::__internal::{ComponentTypes, InterfaceType, LiftContext};
use wasmtime::component::ResourceType;
use wasmtime::{Result, bail};

/// Types of resources that one component may import.
pub const RESOURCES_MAX: u32 = 128;

/// Labels of flags; the component model allows no more.
pub const FLAGS_MAX: usize = 32;

/// The type of the resource that has this index in a component's description.
pub fn resource_type(index: u32) -> ResourceType {
    ResourceType::host_dynamic(index)
}

/// The index of a resource that the C side defines; None for one of a guest or of WASI.
pub fn imported_resource(ty: ResourceType) -> Option<u32> {
    (0..RESOURCES_MAX).find(|index| ty == resource_type(*index))
}

/// A case that exists.
pub struct Case {
    pub payload: Option<InterfaceType>,
    /// Options and results write their case as one byte; it is a number elsewhere.
    pub is_byte: bool,
}

/// The case of a variant, enum, option or result; None when it does not exist.
pub fn case(types: &ComponentTypes, ty: InterfaceType, case: u32) -> Option<Case> {
    let (payload, is_byte) = match (ty, case) {
        (InterfaceType::Variant(variant), _) => {
            (*types[variant].cases.get_index(case as usize)?.1, false)
        }
        (InterfaceType::Enum(cases), _) if (case as usize) < types[cases].names.len() => {
            (None, false)
        }
        (InterfaceType::Option(_), 0) => (None, true),
        (InterfaceType::Option(option), 1) => (Some(types[option].ty), true),
        (InterfaceType::Result(result), 0) => (types[result].ok, true),
        (InterfaceType::Result(result), 1) => (types[result].err, true),
        _ => return None,
    };
    Some(Case { payload, is_byte })
}

/// How many cases a variant or enum has.
pub fn cases(types: &ComponentTypes, ty: InterfaceType) -> usize {
    match ty {
        InterfaceType::Variant(variant) => types[variant].cases.len(),
        InterfaceType::Enum(cases) => types[cases].names.len(),
        _ => 2,
    }
}

/// Size of the case, and where its payload begins.
pub fn layout(types: &ComponentTypes, ty: InterfaceType) -> (u32, usize) {
    let info: &VariantInfo = match ty {
        InterfaceType::Variant(variant) => &types[variant].info,
        InterfaceType::Enum(cases) => &types[cases].info,
        InterfaceType::Option(option) => &types[option].info,
        InterfaceType::Result(result) => &types[result].info,
        other => unreachable!("{other:?} has no cases"),
    };
    (info.size.byte_size() as u32, info.payload_offset32 as usize)
}

/// How many core values a type is. Only asked where the whole signature is flat.
pub fn slots(types: &ComponentTypes, ty: InterfaceType) -> usize {
    types.canonical_abi(&ty).flat_count(usize::MAX).unwrap_or(0)
}

/// Whether a stream or future with this payload can be carried; linking refuses others by name.
pub fn is_bytes(payload: Option<InterfaceType>) -> bool {
    payload == Some(InterfaceType::U8)
}

/// Linking refuses these by name.
pub fn refuse<T>() -> Result<T> {
    bail!("a value of a type that cannot be carried")
}

/// Wasmtime passes the place of a type without size as an empty slice of the guest's memory.
pub fn address_in(cx: &LiftContext<'_>, bytes: &[u8]) -> usize {
    bytes.as_ptr().addr() - cx.memory().as_ptr().addr()
}
