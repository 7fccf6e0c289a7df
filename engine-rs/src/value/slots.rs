//! The four forms in which wasmtime passes values to and from this codec. Each implements wasmtime's
//! unsafe traits for as many core values as its parameter says; `typecheck` compares that number with
//! the real one when a function is linked or looked up.

use super::asked::Undelivered;
use super::from_host::Value;
use super::lift::{self, Lifted};
use super::lower::{Lowerer, Slots, state_of};
use super::types::address_in;
use super::wire::Malformed;
use std::mem::MaybeUninit;
use std::sync::atomic::Ordering::Relaxed;
use wasmtime::component::__internal::wasmtime_environ::component::{
    MAX_FLAT_PARAMS, MAX_FLAT_RESULTS, TypeTuple,
};
use wasmtime::component::__internal::{
    CanonicalAbiInfo, ComponentTypes, InstanceType, InterfaceType, LiftContext, LowerContext,
};
use wasmtime::component::{ComponentNamedList, ComponentType, Lift, Lower};
use wasmtime::{Error, Result, ValRaw, bail};

/// Slots of a result that does not fit any number of them.
pub const SPILLED: usize = MAX_FLAT_PARAMS + 1;

/// Arguments that a guest gives to an import of `N` slots; none where they lie in memory.
pub struct Arguments<const N: usize>(pub Lifted);

/// What an import of `N` slots answers; none where the guest wants it in memory.
pub struct Answer<const N: usize> {
    pub value: Value,
    /// The number of the import.
    pub function: u32,
    pub undelivered: Option<Undelivered>,
}

impl<const N: usize> Drop for Answer<N> {
    fn drop(&mut self) {
        if let Some(undelivered) = &self.undelivered {
            undelivered.tell(&self.value);
        }
    }
}

/// Arguments for an export, however many slots it takes.
pub struct Parameters {
    pub value: Value,
    /// The call to which the handles among them are lent.
    pub call: Option<u64>,
}

/// What an export of `N` slots results in. The number is that of the type: wasmtime decides by it, and
/// by how the guest was linked, whether the slots or a pointer come.
pub struct Results<const N: usize>(pub Lifted);

fn tuple<'t>(types: &'t ComponentTypes, ty: &InterfaceType) -> Result<&'t TypeTuple> {
    match ty {
        InterfaceType::Tuple(tuple) => Ok(&types[*tuple]),
        _ => bail!("values are passed as a tuple"),
    }
}

fn expect(ty: &InterfaceType, types: &InstanceType<'_>, most: usize, slots: usize) -> Result<()> {
    let real = tuple(types.types, ty)?.abi.flat_count(most);
    if real.unwrap_or(0) != slots {
        bail!("{slots} slots were prepared for a tuple of {real:?}");
    }
    Ok(())
}

fn lift_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, bytes: &[u8]) -> Result<Lifted> {
    let types = cx.types;
    let tuple = tuple(types, &ty)?;
    let at = address_in(cx, bytes);
    lift::from_memory(cx, &tuple.types, at, tuple.abi.size32, tuple.abi.align32)
}

fn lift_slots(cx: &mut LiftContext<'_>, ty: InterfaceType, slots: &[ValRaw]) -> Result<Lifted> {
    let types = cx.types;
    let tuple = tuple(types, &ty)?;
    if tuple.types.is_empty() {
        return Ok(Lifted::empty());
    }
    lift::from_slots(cx, &tuple.types, slots)
}

impl<const N: usize> Answer<N> {
    fn lower<T: 'static>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        lower: impl FnOnce(Lowerer<'_, '_, T>, &[InterfaceType]) -> Result<()>,
    ) -> Result<()> {
        let types = cx.types;
        let tys = &tuple(types, &ty)?.types;
        Lowerer::new(cx, &self.value, None)
            .and_then(|lowerer| lower(lowerer, tys))
            .map(|()| self.value.handles_settled.store(usize::MAX, Relaxed))
            .map_err(|error| blame(cx, self.function, error))
    }
}

/// Names the import whose answer is not a value of its type.
fn blame<T>(cx: &mut LowerContext<'_, T>, function: u32, error: Error) -> Error {
    if !error.is::<Malformed>() {
        return error;
    }
    let facts = state_of(cx).ok().and_then(|state| state.import_facts.as_ref());
    let name = facts.and_then(|facts| facts.get(function as usize)).map_or("", |it| &it.path);
    Error::msg(format!("the host's answer of '{name}' does not fit: {error}"))
}

fn slots_of<const N: usize>(slots: &mut MaybeUninit<[ValRaw; N]>) -> Slots<'_> {
    // SAFETY: an array of uninitialised values has the layout of an uninitialised array.
    let slots: &mut [MaybeUninit<ValRaw>; N] =
        unsafe { &mut *std::ptr::from_mut(slots).cast::<[MaybeUninit<ValRaw>; N]>() };
    Slots::new(slots)
}

// SAFETY, for all four: `Lower` is an array of `ValRaw`, and `typecheck` has made sure that it has as
// many elements as the function really takes or gives, or more where unused ones are set to zero. The
// size in memory is 0, so that wasmtime checks the place of a tuple but not its extent: `lift_memory`
// checks all of it, and for answers wasmtime itself has checked the guest's pointer by the real type.

unsafe impl<const N: usize> ComponentType for Arguments<N> {
    type Lower = [ValRaw; N];
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::ZERO;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        expect(ty, types, MAX_FLAT_PARAMS, N)
    }
}

unsafe impl<const N: usize> ComponentNamedList for Arguments<N> {}

unsafe impl<const N: usize> Lift for Arguments<N> {
    fn linear_lift_from_flat(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        slots: &[ValRaw; N],
    ) -> Result<Self> {
        lift_slots(cx, ty, slots).map(Arguments)
    }

    fn linear_lift_from_memory(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        bytes: &[u8],
    ) -> Result<Self> {
        lift_memory(cx, ty, bytes).map(Arguments)
    }
}

unsafe impl<const N: usize> ComponentType for Answer<N> {
    type Lower = [ValRaw; N];
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::ZERO;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        expect(ty, types, MAX_FLAT_RESULTS, N)
    }
}

unsafe impl<const N: usize> ComponentNamedList for Answer<N> {}

unsafe impl<const N: usize> Lower for Answer<N> {
    fn linear_lower_to_flat<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        slots: &mut MaybeUninit<[ValRaw; N]>,
    ) -> Result<()> {
        self.lower(cx, ty, |lowerer, tys| lowerer.into_slots(tys, &mut slots_of(slots)))
    }

    fn linear_lower_to_memory<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        at: usize,
    ) -> Result<()> {
        self.lower(cx, ty, |lowerer, tys| lowerer.into_memory(tys, at))
    }
}

unsafe impl ComponentType for Parameters {
    type Lower = [ValRaw; MAX_FLAT_PARAMS];
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::ZERO;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        tuple(types.types, ty).map(drop)
    }
}

unsafe impl ComponentNamedList for Parameters {}

unsafe impl Lower for Parameters {
    fn linear_lower_to_flat<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        slots: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()> {
        let tuple = tuple(cx.types, &ty)?;
        let mut slots = slots_of(slots);
        let lowerer = Lowerer::new(cx, &self.value, self.call)?;
        if tuple.abi.flat_count(MAX_FLAT_PARAMS).is_some() {
            lowerer.into_slots(&tuple.types, &mut slots)?;
        } else {
            let at = lowerer.into_new_memory(&tuple.types, tuple.abi.size32, tuple.abi.align32)?;
            slots.put(ValRaw::u64(at as u64));
        }
        slots.zero_rest();
        Ok(())
    }

    fn linear_lower_to_memory<T>(
        &self,
        _: &mut LowerContext<'_, T>,
        _: InterfaceType,
        _: usize,
    ) -> Result<()> {
        bail!("arguments of exports are slots first")
    }
}

unsafe impl<const N: usize> ComponentType for Results<N> {
    type Lower = [ValRaw; N];
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::ZERO;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        let real = tuple(types.types, ty)?.abi.flat_count(MAX_FLAT_PARAMS);
        if real.unwrap_or(SPILLED) != N {
            bail!("{N} slots were prepared for results of {real:?}");
        }
        Ok(())
    }
}

unsafe impl<const N: usize> ComponentNamedList for Results<N> {}

unsafe impl<const N: usize> Lift for Results<N> {
    fn linear_lift_from_flat(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        slots: &[ValRaw; N],
    ) -> Result<Self> {
        lift_slots(cx, ty, slots).map(Results)
    }

    fn linear_lift_from_memory(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        bytes: &[u8],
    ) -> Result<Self> {
        lift_memory(cx, ty, bytes).map(Results)
    }
}
