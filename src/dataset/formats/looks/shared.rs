//! What pages and drawings to look at share: colours, pictures within the file, and text that stays text.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::dataset::fields::markup;

/// Phrases of a record that light up; those behind them are shown only.
pub(super) const N_LIT: usize = 64;

/// Colours of phrases, as hues, in turn: neighbours are far apart.
const HUES: [u32; 8] = [210, 30, 130, 330, 55, 265, 175, 0];

/// The colour of a phrase.
pub(super) fn hue(number: usize) -> u32 {
    HUES[number % HUES.len()]
}

/// A picture's file as an address that holds it.
pub(super) fn data_address(bytes: &[u8]) -> String {
    format!("data:{};base64,{}", kind(bytes), STANDARD.encode(bytes))
}

/// What a picture's first bytes say it is.
fn kind(bytes: &[u8]) -> &'static str {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'G', b'I', b'F', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', ..] => "image/webp",
        [b'B', b'M', ..] => "image/bmp",
        _ => "image/jpeg",
    }
}

/// Text that stays text within elements and attributes.
pub(super) fn escaped(text: &str) -> String {
    markup(text, |c| match c {
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        // Else it would be taken for the end of a line.
        '\r' => Some("&#13;"),
        '\0' => Some("\u{fffd}"),
        _ => None,
    })
}
