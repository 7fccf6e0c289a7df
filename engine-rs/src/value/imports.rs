//! Defines every import that the engine does not offer, so that its calls reach the C side.

use super::asked::Asked;
use super::describe::{Description, Function, Interface, is_offered};
use super::hook;
use super::io::Io;
use super::shape::{Origin, Shape};
use super::slots::{Answer, Arguments};
use super::state::ImportFacts;
use super::streams::seal;
use super::types::{RESOURCES_MAX, resource_type};
use crate::error::{Fault, Status};
use crate::store::HostState;
use std::sync::Arc;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, LinkerInstance, ResourceType};
use wasmtime::{AsContextMut, Error, Result, StoreContextMut};
use wasmtime_wasi::p2::IoError;

/// Defines imports in a linker.
pub struct Imports<'a> {
    pub description: &'a Description,
    pub concurrency: bool,
}

fn link_fault(message: String) -> Fault {
    Fault::new(Status::Link, message)
}

impl Imports<'_> {
    /// Adds what `component` imports and `linker` does not offer. Errors: Link, naming the function and
    /// what about it cannot be carried.
    pub fn define(
        &self,
        component: &Component,
        linker: &mut Linker<HostState>,
    ) -> Result<(), Fault> {
        let mut facts = Vec::new();
        for interface in &self.description.imports {
            for function in &interface.functions {
                self.refuse_unless_possible(interface, function)?;
                let path = interface.path(function);
                let with_handles = function.result.clone().filter(Shape::has_handles);
                facts.push(ImportFacts { path, with_handles });
            }
        }
        self.define_resources(component, linker)?;
        let mut import = Import { number: 0, facts: Arc::new(facts) };
        for interface in &self.description.imports {
            let mut instance = open(linker, &interface.name)?;
            for function in &interface.functions {
                define_function(&mut instance, function, import.clone()).map_err(|error| {
                    link_fault(format!("'{}': {error:#}", interface.path(function)))
                })?;
                import.number += 1;
            }
        }
        Ok(())
    }

    fn refuse_unless_possible(
        &self,
        interface: &Interface,
        function: &Function,
    ) -> Result<(), Fault> {
        let path = interface.path(function);
        if function.is_async && !self.concurrency {
            let message =
                format!("'{path}' is an async function, which this engine does not serve");
            return Err(link_fault(message));
        }
        let mut params = function.params.iter().map(|(_, shape)| shape.refusal_of_given());
        let result = || function.result.as_ref()?.refusal();
        if let Some(reason) = params.find_map(|reason| reason).or_else(result) {
            return Err(link_fault(format!("'{path}' uses {reason}, which cannot be carried")));
        }
        Ok(())
    }

    /// Resources under every name that an interface gives them.
    fn define_resources(
        &self,
        component: &Component,
        linker: &mut Linker<HostState>,
    ) -> Result<(), Fault> {
        let ty = component.component_type();
        let engine = linker.engine().clone();
        for (name, import) in ty.imports(&engine) {
            match import.ty {
                ComponentItem::Resource(ty) => {
                    self.define_resource(&mut linker.root(), name, &ty)?;
                }
                ComponentItem::ComponentInstance(items) if !is_offered(name) => {
                    let mut instance = open(linker, name)?;
                    for (name, item) in items.exports(&engine) {
                        if let ComponentItem::Resource(ty) = item.ty {
                            self.define_resource(&mut instance, name, &ty)?;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn define_resource(
        &self,
        instance: &mut LinkerInstance<'_, HostState>,
        name: &str,
        ty: &ResourceType,
    ) -> Result<(), Fault> {
        let resource = self.description.shapes.resource(ty);
        let defined = match resource.map(|resource| (resource.origin, resource.name.as_str())) {
            Some((Origin::Import(index), _)) if index >= RESOURCES_MAX => {
                let message = format!("more than {RESOURCES_MAX} types of resources are imported");
                return Err(link_fault(message));
            }
            Some((Origin::Import(index), _)) => {
                instance.resource(name, resource_type(index), |mut store, rep| {
                    store.data_mut().values.drop_resource(rep);
                    Ok(())
                })
            }
            Some((Origin::Engine, original)) => alias_of_engine(instance, name, original),
            _ => return Err(link_fault(format!("the resource '{name}' is not known"))),
        };
        defined.map_err(|error| link_fault(format!("the resource '{name}': {error:#}")))
    }
}

fn open<'a>(
    linker: &'a mut Linker<HostState>,
    name: &str,
) -> Result<LinkerInstance<'a, HostState>, Fault> {
    if name.is_empty() {
        return Ok(linker.root());
    }
    linker.instance(name).map_err(|error| link_fault(format!("'{name}': {error:#}")))
}

/// The type of a resource of WASI, of those that other interfaces use.
fn resource_of_engine(name: &str) -> Option<ResourceType> {
    match name {
        "error" => Some(ResourceType::host::<IoError>()),
        _ => Io::of_name(name).map(Io::resource_type),
    }
}

/// An interface may pass on a resource of WASI under a name of its own. It is made and dropped by the
/// engine under its first name; here only its type matters.
fn alias_of_engine(
    instance: &mut LinkerInstance<'_, HostState>,
    name: &str,
    original: &str,
) -> Result<()> {
    let Some(ty) = resource_of_engine(original) else {
        wasmtime::bail!("'{original}' of WASI cannot be passed on");
    };
    instance.resource(name, ty, |_, _| wasmtime::bail!("a resource was dropped by its second name"))
}

/// One import, as its calls need it.
#[derive(Clone)]
struct Import {
    number: u32,
    /// Of all imports, by number.
    facts: Arc<Vec<ImportFacts>>,
}

impl Import {
    /// Asks the C side with what a guest handed over.
    fn ask<const N: usize>(
        &self,
        mut store: StoreContextMut<'_, HostState>,
        arguments: Arguments<N>,
    ) -> Result<Asked> {
        let handed = seal(arguments.0, store.as_context_mut())?;
        let state = &mut store.data_mut().values;
        state.import_facts.get_or_insert_with(|| self.facts.clone());
        hook::ask(state, self.number, handed).map_err(Error::new)
    }

    async fn answer<const M: usize>(function: u32, asked: Result<Asked>) -> Result<Answer<M>> {
        let (value, undelivered) = asked?.answer().await?;
        Ok(Answer { value, function, undelivered })
    }
}

fn define_sync<const N: usize, const M: usize>(
    instance: &mut LinkerInstance<'_, HostState>,
    name: &str,
    import: Import,
) -> Result<()> {
    instance.func_wrap_async(name, move |store, arguments: Arguments<N>| {
        Box::new(Import::answer::<M>(import.number, import.ask(store, arguments)))
    })
}

fn define_async<const N: usize, const M: usize>(
    instance: &mut LinkerInstance<'_, HostState>,
    name: &str,
    import: Import,
) -> Result<()> {
    instance.func_wrap_concurrent(name, move |accessor, arguments: Arguments<N>| {
        let asked = accessor.with(|mut store| import.ask(store.as_context_mut(), arguments));
        Box::pin(Import::answer::<M>(import.number, asked))
    })
}

fn define_function(
    instance: &mut LinkerInstance<'_, HostState>,
    function: &Function,
    import: Import,
) -> Result<()> {
    let slots = |shapes: &mut dyn Iterator<Item = &Shape>| {
        shapes.fold(0usize, |sum, shape| sum.saturating_add(shape.slots()))
    };
    let arguments = slots(&mut function.params.iter().map(|(_, shape)| shape));
    let answer = slots(&mut function.result.iter());
    macro_rules! define {
        ($($n:literal)*) => {
            match (arguments, answer == 1, function.is_async) {
                $(
                    ($n, true, false) => define_sync::<$n, 1>(instance, &function.name, import),
                    ($n, false, false) => define_sync::<$n, 0>(instance, &function.name, import),
                    ($n, true, true) => define_async::<$n, 1>(instance, &function.name, import),
                    ($n, false, true) => define_async::<$n, 0>(instance, &function.name, import),
                )*
                // More than 16 lie in memory.
                (_, true, false) => define_sync::<0, 1>(instance, &function.name, import),
                (_, false, false) => define_sync::<0, 0>(instance, &function.name, import),
                (_, true, true) => define_async::<0, 1>(instance, &function.name, import),
                (_, false, true) => define_async::<0, 0>(instance, &function.name, import),
            }
        };
    }
    define!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
}
