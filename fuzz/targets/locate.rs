//! Bytes from the fuzzer for `checks/locate.rs`.
#![no_main]

#[path = "../checks/locate.rs"]
mod locate;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| locate::holds(bytes));
