//! Bytes from the fuzzer for `checks/message.rs`.
#![no_main]

#[path = "../checks/message.rs"]
mod message;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| message::holds(bytes));
