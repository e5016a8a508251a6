//! `config.json`: read, written and read again, it is the same; or one sentence says why not.

#![no_main]

use kosmoscope::model::Config;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| match Config::from_json(bytes) {
    Ok(config) => {
        let mut again = Config::from_json(config.to_json().as_bytes()).expect("what was written can be read");
        for (eps, was) in [
            (&mut again.text_config.layer_norm_eps, config.text_config.layer_norm_eps),
            (&mut again.vision_config.layer_norm_eps, config.vision_config.layer_norm_eps),
        ] {
            // serde_json may read the last digit otherwise than it wrote it.
            assert!((*eps / was - 1.0).abs() < 1e-14, "{was} became {eps}");
            *eps = was;
        }
        assert_eq!(again, config);
    }
    Err(error) => assert!(error.to_string().len() < 1000, "{error}"),
});
