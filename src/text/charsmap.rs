//! The table of character replacements inside a `tokenizer.json`, checked before it is used.
//!
//! It is sentencepiece's `precompiled_charsmap`: the length of a search tree in bytes, the tree as numbers of 32 bits, and
//! the replacements, each ended by a zero. The library believes that length and every step of the tree: crafted tables
//! make it ask for gigabytes or panic at some word. So each step is followed here once, and must stay inside.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokenizers::normalizers::Precompiled;

/// What a refusal begins with.
const DAMAGED: &str = "its table of characters is damaged, the precompiled_charsmap";

/// Reads and checks a table in base64.
pub(super) fn read(text: &str) -> Result<Precompiled, String> {
    let bytes = STANDARD.decode(text).map_err(|_| format!("{DAMAGED}: it is not base64"))?;
    let (length, rest) = bytes.split_first_chunk().ok_or_else(|| format!("{DAMAGED}: it is empty"))?;
    let length = u32::from_le_bytes(*length) as usize;
    let Some((tree, replacements)) = rest.split_at_checked(length).filter(|_| length.is_multiple_of(4)) else {
        return Err(format!("{DAMAGED}: its tree of {length} bytes does not fit into {}", rest.len()));
    };
    let units: Vec<u32> = tree.as_chunks().0.iter().map(|unit| u32::from_le_bytes(*unit)).collect();
    let replacements =
        str::from_utf8(replacements).map_err(|_| format!("{DAMAGED}: it holds text that is not UTF-8"))?;
    if !stays_inside(&units, replacements) {
        return Err(format!("{DAMAGED}: its tree leads out of it"));
    }
    Precompiled::from(&bytes).map_err(|e| format!("{DAMAGED}: {e}"))
}

/// Whether no text can lead out of the tree or of the replacements: a unit leads to another, which holds where the
/// replacement begins if there is one, and with any byte that follows to a third in the same 256 (darts-clone's layout).
fn stays_inside(units: &[u32], replacements: &str) -> bool {
    let leads_inside = |(at, &unit): (usize, &u32)| {
        if unit >> 31 == 1 && at > 0 {
            return true; // it is such a place itself, and the root is never taken for one
        }
        let offset = ((unit >> 10) as usize) << ((unit & (1 << 9)) >> 6);
        let next = at ^ offset;
        let has_replacement = (unit >> 8) & 1 == 1;
        let start = units.get(next).map(|value| (value & !(1 << 31)) as usize);
        (next | 0xFF) < units.len()
            && (!has_replacement || start.is_some_and(|start| replacements.is_char_boundary(start)))
    };
    !units.is_empty() && units.iter().enumerate().all(leads_inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table that replaces `a` by `xy`.
    fn table() -> Vec<u8> {
        let mut units = vec![0_u32; 512];
        units[0] = 256 << 10;
        units[256 ^ usize::from(b'a')] = u32::from(b'a') | 1 << 8 | u32::from(b'a') << 10;
        units[256] = 1 << 31;
        [
            (4 * units.len() as u32).to_le_bytes().to_vec(),
            units.iter().flat_map(|u| u.to_le_bytes()).collect(),
            b"xy\0".to_vec(),
        ]
        .concat()
    }

    fn refusal(bytes: &[u8]) -> String {
        read(&STANDARD.encode(bytes)).map(|_| ()).unwrap_err()
    }

    #[test]
    fn a_table_replaces_what_it_says() {
        let table = read(&STANDARD.encode(table())).unwrap();
        assert_eq!(table.normalize_string("banana"), "bxynxynxy");
    }

    #[test]
    fn lengths_are_held_against_the_bytes() {
        assert!(refusal(b"").contains("it is empty"));
        assert!(refusal(&[0xFF; 4]).contains("its tree of 4294967295 bytes does not fit into 0"));
        assert!(refusal(&table()[..1000]).contains("does not fit"));
        assert!(refusal(&[6, 0, 0, 0, 1, 2, 3, 4, 5, 6]).contains("does not fit"), "no whole units");
        assert!(refusal(&[0; 4]).contains("leads out"), "a tree without a root");
        assert!(refusal(&[&table()[..], &[0xFF]].concat()).contains("not UTF-8"));
        assert!(read("@@@@").is_err());
    }

    /// Whatever bit is flipped: refused, or every character can be looked up.
    #[test]
    fn no_flipped_bit_makes_the_library_panic() {
        let good = table();
        let text: String = (1..0x300).filter_map(char::from_u32).collect();
        let (mut n_read, mut n_refused) = (0, 0);
        for bit in 0..8 * good.len() {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            match read(&STANDARD.encode(&bytes)) {
                Ok(table) => {
                    table.normalize_string(&text);
                    n_read += 1;
                }
                Err(_) => n_refused += 1,
            }
        }
        assert!(n_read > 1000 && n_refused > 1000, "{n_read} {n_refused}");
    }
}
