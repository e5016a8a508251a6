//! Text that a model might have written: every box is in order, and every phrase is inside the caption.

#![no_main]

use kosmoscope::grounding::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let caption = parse(text).caption;
    for phrase in &caption.phrases {
        assert!(caption.text.get(phrase.span.clone()).is_some(), "{:?}", phrase.span);
        for region in &phrase.regions {
            let place = region.norm;
            assert!(place.x_min <= place.x_max && place.y_min <= place.y_max, "{place:?}");
            assert!(text.get(region.raw_span.clone()).is_some(), "{:?}", region.raw_span);
        }
    }
});
