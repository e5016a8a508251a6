//! Heads of weight files: GGUF and safetensors are accepted, or one sentence says why not.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| kosmoscope::checkpoint::fuzz_headers(bytes));
