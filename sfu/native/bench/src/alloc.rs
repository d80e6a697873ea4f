//! Counts heap allocations of the measuring thread, to show that forwarding makes none.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

pub struct Counting;

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

fn note() {
    // Fails only while the thread ends, when nothing is watched.
    let _ = WATCHED.try_with(|watched| {
        if watched.get() {
            let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        }
    });
}

// SAFETY: every call goes to the system allocator unchanged; the counters are plain cells that allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note();
        // SAFETY: the caller's contract is passed on as it is.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note();
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Runs `work` and adds its allocations to the count; those inside `unwatched` are left out.
pub fn watched<T>(work: impl FnOnce() -> T) -> T {
    switched(true, work)
}

pub fn unwatched<T>(work: impl FnOnce() -> T) -> T {
    switched(false, work)
}

fn switched<T>(on: bool, work: impl FnOnce() -> T) -> T {
    let before = WATCHED.with(|watched| watched.replace(on));
    let result = work();
    WATCHED.with(|watched| watched.set(before));
    result
}

/// The count so far, and a new beginning.
pub fn take() -> u64 {
    COUNT.with(|count| count.replace(0))
}
