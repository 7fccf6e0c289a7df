//! Plain C types shared by all calls.

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

/// Takes a handle back and drops it.
///
/// # Safety
/// `pointer` is null or came from `give` and is not used again.
pub unsafe fn take<T>(pointer: *mut T) {
    if !pointer.is_null() {
        drop(unsafe { Box::from_raw(pointer) });
    }
}
