//! What each call of the C side checks of the pointers that it was given, and how it gives results.

use crate::abi::Sized;
use crate::error::{Fault, Status};

/// Borrows an option struct after checking its size.
///
/// # Safety
/// `pointer` is null or points to at least a `usize`, and to a whole `T` if that says so.
pub unsafe fn options<'a, T: Sized>(pointer: *const T) -> Result<&'a T, Fault> {
    if pointer.is_null() {
        return Err(Fault::new(Status::Invalid, format!("'{}' is null", T::NAME)));
    }
    let size = unsafe { *pointer.cast::<usize>() };
    if size != size_of::<T>() {
        let expected = size_of::<T>();
        let message = format!("'{}' is {size} bytes where {expected} are expected", T::NAME);
        return Err(Fault::new(Status::Invalid, message));
    }
    Ok(unsafe { &*pointer })
}

/// Borrows a handle that must not be null.
///
/// # Safety
/// `pointer` is null or a live handle of type `T`.
pub unsafe fn handle<'a, T>(pointer: *const T, name: &str) -> Result<&'a T, Fault> {
    match unsafe { pointer.as_ref() } {
        Some(value) => Ok(value),
        None => Err(Fault::new(Status::Invalid, format!("'{name}' is null"))),
    }
}

/// Moves a new handle to the caller.
///
/// # Safety
/// `out` is null or writable.
pub unsafe fn give<T>(value: T, out: *mut *mut T, name: &str) -> Result<(), Fault> {
    if out.is_null() {
        return Err(Fault::new(Status::Invalid, format!("'{name}' is null")));
    }
    unsafe { *out = Box::into_raw(Box::new(value)) };
    Ok(())
}

/// Moves a value into a struct of the caller's, which need not be initialised.
///
/// # Safety
/// `out` is null or writable.
pub unsafe fn put<T>(value: T, out: *mut T, name: &str) -> Result<(), Fault> {
    if out.is_null() {
        return Err(Fault::new(Status::Invalid, format!("'{name}' is null")));
    }
    unsafe { out.write(value) };
    Ok(())
}
