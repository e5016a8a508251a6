//! Pictures of any format: opened whole, or refused in one sentence.

#![no_main]

use kosmoscope::picture::{PictureSource, open};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    // A panic in a decoder is caught and told; the usual hook would end the program before that.
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| {
        let source = PictureSource::Bytes { name: "a picture".to_owned(), bytes: bytes.into() };
        if let Err(error) = open(source) {
            assert!(error.to_string().len() < 1000, "{error}");
        }
    }
);
