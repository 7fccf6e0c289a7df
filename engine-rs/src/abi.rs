//! Plain C types shared by all calls, and the two checks every call makes on what it was given.

use crate::error::{Fault, Status};
use bytes::Bytes;
use std::ffi::c_void;

/// Borrowed bytes of the caller.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeStr {
    data: *const u8,
    size: usize,
}

impl WeStr {
    pub fn of(bytes: &[u8]) -> Self {
        WeStr { data: bytes.as_ptr(), size: bytes.len() }
    }

    /// # Safety
    /// `data` points to `size` bytes that stay valid for `'a`, or `size` is 0.
    pub unsafe fn bytes<'a>(self) -> &'a [u8] {
        if self.size == 0 || self.data.is_null() {
            return &[];
        }
        unsafe { std::slice::from_raw_parts(self.data, self.size) }
    }
}

/// Owned bytes that change sides.
#[repr(C)]
pub struct WeBuf {
    data: *const u8,
    size: usize,
    free: Option<extern "C" fn(*mut c_void)>,
    owner: *mut c_void,
}

// The contract lets any thread free it.
unsafe impl Send for WeBuf {}
unsafe impl Sync for WeBuf {}

impl WeBuf {
    pub fn new(
        data: *const u8,
        size: usize,
        free: extern "C" fn(*mut c_void),
        owner: *mut c_void,
    ) -> Self {
        WeBuf { data, size, free: Some(free), owner }
    }
}

extern "C" fn free_bytes(owner: *mut c_void) {
    drop(unsafe { Box::from_raw(owner.cast::<Vec<u8>>()) });
}

impl From<Vec<u8>> for WeBuf {
    fn from(bytes: Vec<u8>) -> Self {
        let owner = Box::into_raw(Box::new(bytes));
        let (data, size) = unsafe { ((*owner).as_ptr(), (*owner).len()) };
        WeBuf::new(data, size, free_bytes, owner.cast())
    }
}

impl Default for WeBuf {
    fn default() -> Self {
        WeBuf { data: std::ptr::null(), size: 0, free: None, owner: std::ptr::null_mut() }
    }
}

impl AsRef<[u8]> for WeBuf {
    fn as_ref(&self) -> &[u8] {
        unsafe { WeStr { data: self.data, size: self.size }.bytes() }
    }
}

impl Drop for WeBuf {
    fn drop(&mut self) {
        if let Some(free) = self.free {
            free(self.owner)
        }
    }
}

impl From<WeBuf> for Bytes {
    fn from(buf: WeBuf) -> Bytes {
        Bytes::from_owner(buf)
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeHeader {
    pub name: WeStr,
    pub value: WeStr,
}

/// A context pointer of the C side; its contract says which threads use it.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Context(pub *mut c_void);
unsafe impl Send for Context {}
unsafe impl Sync for Context {}

const _: () = {
    assert!(size_of::<WeStr>() == 16);
    assert!(size_of::<WeBuf>() == 32);
    assert!(size_of::<WeHeader>() == 32);
};

/// A struct of the C side that begins with its own size.
///
/// # Safety
/// `#[repr(C)]`, and the first field is the `usize` size.
pub unsafe trait Sized {
    const NAME: &'static str;
}

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

/// Takes a handle back and drops it.
///
/// # Safety
/// `pointer` is null or came from `give` and is not used again.
pub unsafe fn take<T>(pointer: *mut T) {
    if !pointer.is_null() {
        drop(unsafe { Box::from_raw(pointer) });
    }
}
