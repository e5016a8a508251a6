//! `tokenizer.json`: what is accepted reads and writes any text, the rest is refused in one sentence.

#![no_main]

use kosmoscope::text::Tokenizer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    // A panic in the library is caught and told; the usual hook would end the program before that.
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| match Tokenizer::from_bytes(bytes) {
        Ok(tokenizer) => {
            // A text that it can't spell is refused too.
            let ids = tokenizer.encode_text("a dog <3 \u{72d7}").unwrap_or_default();
            let _ = tokenizer.decode(&ids);
        }
        Err(error) => assert!(error.to_string().len() < 1000, "{error}"),
    }
);
