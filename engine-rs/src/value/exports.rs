//! Calls the functions that a component exports: looked up once per instance, with bytes in and out.

use super::check::Receiver;
use super::describe::{Description, Function};
use super::from_host::Value;
use super::handed::Handed;
use super::lift::Lifted;
use super::shape::{Shape, tuple_layout};
use super::slots::{Parameters, Results, SPILLED};
use super::streams::seal;
use crate::error::{Fault, HandlesFull, Status};
use crate::store::HostState;
use std::sync::Arc;
use wasmtime::component::{Accessor, Component, ComponentExportIndex, Func, Instance, TypedFunc};
use wasmtime::{AsContextMut, Error, Result, Store, StoreContextMut, bail};

/// The functions of a component, numbered as in its description.
pub struct Exports {
    functions: Vec<Export>,
}

struct Export {
    path: String,
    index: ComponentExportIndex,
    params: Vec<Shape>,
    /// Bytes of the arguments that do not fit into slots; they lie in memory together.
    spilled: usize,
    /// What about its types cannot be carried.
    refusal: Option<String>,
    /// Slots of the result's type.
    results: usize,
    has_handles: bool,
}

/// Arguments that are not values of the function's types. The guest was not entered.
fn bad_arguments(path: &str, cause: &Error) -> Error {
    let status = if cause.is::<HandlesFull>() { Status::Handles } else { Status::Invalid };
    Error::new(Fault::new(status, format!("the arguments of '{path}' do not fit: {cause}")))
}

/// The fault, if arguments were refused: the guest is as it was.
pub fn argument_fault_of(error: &Error) -> Option<Fault> {
    let fault = error.downcast_ref::<Fault>()?;
    matches!(fault.status, Status::Handles | Status::Invalid).then(|| fault.clone())
}

/// Does the same for any number of slots that an export has.
macro_rules! with_results {
    ($slots:expr, $n:ident, $body:expr) => {
        with_results!(@ $slots, $n, $body, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17)
    };
    (@ $slots:expr, $n:ident, $body:expr, $($k:literal)*) => {
        match $slots {
            $($k => { const $n: usize = $k; $body })*
            _ => bail!("a result of {} slots is not possible", $slots),
        }
    };
}

impl Exports {
    /// Errors: Link when an export that the description names is not there.
    pub fn of(
        description: &Description,
        component: &Component,
    ) -> std::result::Result<Self, Fault> {
        let mut functions = Vec::new();
        for interface in &description.exports {
            let instance = match interface.name.as_str() {
                "" => None,
                name => Some(export_index(component, None, name)?),
            };
            for function in &interface.functions {
                let index = export_index(component, instance.as_ref(), &function.name)?;
                functions.push(Export::new(interface.path(function), index, function));
            }
        }
        Ok(Exports { functions })
    }

    /// Looks the functions up in an instance.
    pub fn bind(
        self: &Arc<Self>,
        store: &mut Store<HostState>,
        instance: &Instance,
    ) -> Result<Calls> {
        let mut functions = Vec::with_capacity(self.functions.len());
        for export in &self.functions {
            let Some(function) = instance.get_func(&mut *store, export.index) else {
                bail!("'{}' is not a function", export.path);
            };
            with_results!(export.results, N, {
                function.typed::<Parameters, Results<N>>(&*store)?;
            });
            functions.push(function);
        }
        Ok(Calls { exports: self.clone(), functions })
    }
}

fn export_index(
    component: &Component,
    instance: Option<&ComponentExportIndex>,
    name: &str,
) -> std::result::Result<ComponentExportIndex, Fault> {
    component.get_export_index(instance, name).ok_or_else(|| {
        Fault::new(Status::Link, format!("the export '{name}' is described but not there"))
    })
}

impl Export {
    fn new(path: String, index: ComponentExportIndex, function: &Function) -> Self {
        let slots = function.result.as_ref().map_or(0, Shape::slots);
        let params: Vec<_> = function.params.iter().map(|(_, shape)| shape.clone()).collect();
        let flat = params.iter().map(Shape::slots).fold(0, usize::saturating_add);
        Export {
            path,
            index,
            spilled: if flat < SPILLED { 0 } else { tuple_layout(&params).0 },
            params,
            refusal: function
                .params
                .iter()
                .find_map(|(_, shape)| shape.refusal())
                .or_else(|| function.result.as_ref()?.refusal_of_given()),
            results: slots.min(SPILLED),
            has_handles: function.shapes().any(Shape::has_handles),
        }
    }
}

/// The functions of one instance.
pub struct Calls {
    exports: Arc<Exports>,
    functions: Vec<Func>,
}

/// A call whose arguments were checked.
struct Prepared {
    function: Func,
    results: usize,
    parameters: Parameters,
}

impl Calls {
    fn export(&self, function: usize) -> Result<&Export> {
        match self.exports.functions.get(function) {
            Some(export) => Ok(export),
            None => {
                let cause = Error::msg("there is no such function");
                Err(bad_arguments(&format!("function {function}"), &cause))
            }
        }
    }

    fn prepare(
        &self,
        state: &mut HostState,
        function: usize,
        mut value: Value,
    ) -> Result<Prepared> {
        let export = self.export(function)?;
        let values = &mut state.values;
        let call = export.has_handles.then(|| values.handles.begin_call());
        let handles = &mut values.handles;
        let (room, ends) = (values.bytes_max, vec![true; value.ends().len()]);
        let fits = match &export.refusal {
            Some(reason) => Err(Error::msg(format!("it uses {reason}, which cannot be carried"))),
            None => Receiver { handles, call, room, ends }.check(
                value.bytes.as_ref(),
                &export.params,
                export.spilled,
            ),
        };
        if let Err(cause) = fits {
            call.inspect(|call| values.handles.end_call(*call));
            return Err(bad_arguments(&export.path, &cause));
        }
        Ok(Prepared {
            function: self.functions[function],
            results: export.results,
            parameters: Parameters { value, call },
        })
    }

    /// Calls a function of a store that does nothing else meanwhile. After an error that is not
    /// an argument fault the instance must not be used again. Dropping the future ends the guest.
    pub async fn call(
        &self,
        store: &mut Store<HostState>,
        function: usize,
        arguments: Value,
    ) -> Result<Handed> {
        let Prepared { function, results, parameters } =
            self.prepare(store.data_mut(), function, arguments)?;
        let call = parameters.call;
        let lifted = with_results!(results, N, {
            // SAFETY: `bind` has checked these types.
            let function = unsafe { TypedFunc::<Parameters, Results<N>>::new_unchecked(function) };
            function.call_async(&mut *store, parameters).await?.0
        });
        finish(store.as_context_mut(), lifted, call)
    }

    /// The same within `run_concurrent`, beside other calls of the instance. Dropping the future does
    /// not end the guest: only dropping the store does.
    pub async fn call_concurrent(
        &self,
        accessor: &Accessor<HostState>,
        function: usize,
        arguments: Value,
    ) -> Result<Handed> {
        let prepared = accessor
            .with(|mut store| self.prepare(store.as_context_mut().data_mut(), function, arguments));
        let Prepared { function, results, parameters } = prepared?;
        let call = parameters.call;
        let lifted = with_results!(results, N, {
            // SAFETY: `bind` has checked these types.
            let function = unsafe { TypedFunc::<Parameters, Results<N>>::new_unchecked(function) };
            function.call_concurrent(accessor, parameters).await?.0
        });
        accessor.with(|mut store| finish(store.as_context_mut(), lifted, call))
    }
}

fn finish(
    mut store: StoreContextMut<'_, HostState>,
    lifted: Lifted,
    call: Option<u64>,
) -> Result<Handed> {
    if let Some(call) = call {
        store.data_mut().values.handles.end_call(call);
    }
    seal(lifted, store)
}
