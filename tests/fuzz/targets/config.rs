//! `config.json`: read, written and read again, it is the same; or one sentence says why not.

#![no_main]

use kosmoscope::model::Config;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| match Config::from_json(bytes) {
    Ok(config) => {
        let again = Config::from_json(config.to_json().as_bytes());
        assert_eq!(again.map(|again| again.to_json()).ok(), Some(config.to_json()));
    }
    Err(error) => assert!(error.to_string().len() < 1000, "{error}"),
});
