//! The window's session file: what makes sense in it is read, the rest is passed over.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| kosmoscope::ui::fuzz_session(bytes));
