//! What a TIFF file's directories say beside what the decoder tells.

use std::io::Cursor;

use tiff::{decoder::Decoder, tags::Tag};

use super::structure::Parts;

/// Directories that are looked at.
const MAX_DIRECTORIES: usize = 10_000;

/// The value of `ExtraSamples` that stands for alpha multiplied into the colours.
const ASSOCIATED_ALPHA: u16 = 1;

/// Facts about a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) has_associated_alpha: bool,
    pub(super) parts: Parts,
}

/// Reads the directories as far as they can be read.
pub(super) fn facts(bytes: &[u8]) -> Facts {
    let Ok(mut decoder) = Decoder::new(Cursor::new(bytes)) else { return Facts::default() };
    let extra = decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples).ok().flatten();
    let has_associated_alpha = extra.is_some_and(|extra| extra.first() == Some(&ASSOCIATED_ALPHA));
    let mut n_pages = 1;
    for _ in 0..MAX_DIRECTORIES {
        if !decoder.more_images() || decoder.next_image().is_err() {
            break;
        }
        // Bit 0: a smaller copy of another page; bit 2: a mask for one.
        let kind = decoder.find_tag_unsigned::<u32>(Tag::NewSubfileType).ok().flatten();
        n_pages += usize::from(kind.unwrap_or(0) & 0b101 == 0);
    }
    Facts { has_associated_alpha, parts: if n_pages > 1 { Parts::Pages(n_pages) } else { Parts::One } }
}
