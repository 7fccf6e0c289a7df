//! The engine's memory: the C library's, with a way for a process to say what it wants to become of
//! it when there is no more.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};

/// Rust's own answer is an abort, which looks like any other crash from outside.
struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// 0: as Rust does.
static EXIT_CODE: AtomicI32 = AtomicI32::new(0);

unsafe extern "C" {
    fn _exit(code: i32) -> !;
}

#[cold]
fn out_of_memory() {
    match EXIT_CODE.load(Relaxed) {
        0 => {}
        code => unsafe { _exit(code) },
    }
}

fn checked(memory: *mut u8) -> *mut u8 {
    if memory.is_null() {
        out_of_memory();
    }
    memory
}

unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        checked(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        checked(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        checked(unsafe { System.realloc(memory, layout, size) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { System.dealloc(memory, layout) }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn we_exit_when_out_of_memory(code: i32) {
    EXIT_CODE.store(code, Relaxed);
}
