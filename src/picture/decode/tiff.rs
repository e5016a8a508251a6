//! What a TIFF file's directories say beside what the decoder tells (TIFF revision 6.0, and `BigTIFF`), found in a walk that
//! is bounded, whatever they claim.

use std::collections::BTreeSet;

use image::metadata::Orientation;

use super::structure::Parts;
use crate::picture::{
    error::Problem,
    limits::{MAX_METADATA_BYTES, MAX_STRIPS},
};

/// Entries of all directories together that are looked at.
const MAX_ENTRIES: usize = 1_000_000;

/// Bytes that the decoder takes for each strip or tile, beside its pixels.
const STRIP_BYTES: u64 = 400;

/// The value of `ExtraSamples` that stands for alpha multiplied into the colours.
const ASSOCIATED_ALPHA: u64 = 1;

/// Numbers of the entries that are asked for.
mod tag {
    pub(super) const SUBFILE_TYPE: u16 = 254;
    pub(super) const WIDTH: u16 = 256;
    pub(super) const HEIGHT: u16 = 257;
    pub(super) const ORIENTATION: u16 = 274;
    pub(super) const STRIP_OFFSETS: u16 = 273;
    pub(super) const STRIP_LENGTHS: u16 = 279;
    pub(super) const TILE_OFFSETS: u16 = 324;
    pub(super) const TILE_LENGTHS: u16 = 325;
    pub(super) const EXTRA_SAMPLES: u16 = 338;
    pub(super) const PROFILE: u16 = 34_675;
    /// Those that the decoder reads as lists of numbers: bits, strips, tiles, colours and formats of samples.
    pub(super) const LISTS: [u16; 8] = [258, 273, 279, 320, 324, 325, 338, 339];
}

/// Facts about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) has_associated_alpha: bool,
    pub(super) parts: Parts,
    /// The colour profile (ICC.1).
    pub(super) profile: Option<Vec<u8>>,
    /// Strips or tiles of the first page; the longest list of numbers, to be exact.
    n_strips: u64,
    /// Whether the first page's directory and all its strips or tiles lie within the file.
    pub(super) has_all_strips: bool,
}

impl Facts {
    /// Refuses what the decoder would take too long for.
    pub(super) fn check_strips(&self) -> Result<(), Problem> {
        if self.n_strips > MAX_STRIPS { Err(Problem::TooManyStrips { n: self.n_strips }) } else { Ok(()) }
    }

    /// Bytes that the decoder takes for strips or tiles, beside their pixels.
    pub(super) fn n_bytes_of_strips(&self) -> u64 {
        STRIP_BYTES * self.n_strips
    }
}

/// Reads the directories as far as they can be read.
pub(super) fn facts(bytes: &[u8]) -> Facts {
    let Some((file, mut start)) = File::open(bytes) else { return Facts::default() };
    let mut facts = Facts::default();
    let (mut n_pages, mut n_entries, mut seen) = (0, 0, BTreeSet::new());
    let mut are_all_counted = true;
    while start != 0 && seen.insert(start) {
        let Some((directory, next)) = file.directory(start) else { break };
        n_entries += directory.len() / file.entry_size();
        if n_entries > MAX_ENTRIES {
            are_all_counted = false;
            break;
        }
        if seen.len() == 1 {
            facts = file.facts(directory);
            facts.has_all_strips &= file.is_whole(start, directory);
        }
        // Bit 0: a smaller copy of another page; bit 2: a mask for one.
        let kind = file.find(directory, tag::SUBFILE_TYPE).and_then(|entry| file.number(entry, 0)).unwrap_or(0);
        n_pages += usize::from(kind & 0b101 == 0 && file.find(directory, tag::WIDTH).is_some());
        start = next;
    }
    let parts = match n_pages {
        0 | 1 => Parts::One,
        n if are_all_counted => Parts::Pages(n),
        n => Parts::MorePages(n),
    };
    Facts { parts, ..facts }
}

/// Width and height of the first page, as its directory claims.
pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let (file, start) = File::open(bytes)?;
    let (directory, _) = file.directory(start)?;
    let side = |tag| u32::try_from(file.number(file.find(directory, tag)?, 0)?).ok();
    Some((side(tag::WIDTH)?, side(tag::HEIGHT)?))
}

/// The orientation in an EXIF block, which is built like a TIFF file. Some writers tell it as a byte or in 32 bits, where
/// the specification has 16: Pillow reads that too.
pub(super) fn orientation(exif: &[u8]) -> Option<Orientation> {
    if !exif.starts_with(b"II*\0") && !exif.starts_with(b"MM\0*") {
        return None;
    }
    let in_other_width = || {
        let (file, start) = File::open(exif)?;
        let (directory, _) = file.directory(start)?;
        let number = file.number(file.find(directory, tag::ORIENTATION)?, 0)?;
        u8::try_from(number).ok().and_then(Orientation::from_exif)
    };
    Orientation::from_exif_chunk(exif).or_else(in_other_width)
}

/// A file, and how its numbers are written.
struct File<'a> {
    bytes: &'a [u8],
    is_big_endian: bool,
    /// Whether offsets and counts have 64 bits.
    is_big: bool,
}

/// What a directory says under one number.
#[derive(Clone, Copy)]
struct Entry<'a> {
    /// Bytes of each value.
    width: usize,
    n: u64,
    /// The values, as far as the file has them.
    values: &'a [u8],
}

impl<'a> File<'a> {
    /// The file and where its first directory starts.
    fn open(bytes: &'a [u8]) -> Option<(Self, u64)> {
        let mut file = Self { bytes, is_big_endian: bytes.starts_with(b"MM"), is_big: false };
        file.is_big = file.read(bytes.get(2..4)?) == 43;
        let start = if file.is_big { bytes.get(8..16) } else { bytes.get(4..8) };
        let start = file.read(start?);
        Some((file, start))
    }

    /// The entries of a directory, and where the next one starts.
    fn directory(&self, start: u64) -> Option<(&'a [u8], u64)> {
        let (n_count, n_offset) = if self.is_big { (8, 8) } else { (2, 4) };
        let (count, rest) = self.bytes.get(usize::try_from(start).ok()?..)?.split_at_checked(n_count)?;
        let n_bytes = usize::try_from(self.read(count)).ok()?.checked_mul(self.entry_size())?;
        let (entries, rest) = rest.split_at_checked(n_bytes)?;
        Some((entries, rest.get(..n_offset).map_or(0, |next| self.read(next))))
    }

    /// Whether the file reaches over a directory, all its values and where the next one starts.
    fn is_whole(&self, start: u64, directory: &'a [u8]) -> bool {
        let n_around = if self.is_big { 16 } else { 6 };
        let end = start.saturating_add((n_around + directory.len()) as u64);
        let mut entries = directory.chunks_exact(self.entry_size()).map(|entry| self.entry(entry));
        let is_listed = |entry: Entry| (entry.values.len() / entry.width) as u64 == entry.n;
        end <= self.bytes.len() as u64 && entries.all(is_listed)
    }

    fn entry_size(&self) -> usize {
        if self.is_big { 20 } else { 12 }
    }

    fn find(&self, directory: &'a [u8], tag: u16) -> Option<Entry<'a>> {
        let mut entries = directory.chunks_exact(self.entry_size());
        entries.find(|e| self.read(&e[..2]) == u64::from(tag)).map(|e| self.entry(e))
    }

    fn entry(&self, entry: &'a [u8]) -> Entry<'a> {
        let width = match self.read(&entry[2..4]) {
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16 | 17 | 18 => 8,
            _ => 1,
        };
        let (n, value) = entry[4..].split_at(if self.is_big { 8 } else { 4 });
        let n = self.read(n);
        let n_bytes = usize::try_from(n).unwrap_or(usize::MAX).saturating_mul(width);
        // Values that fit stand in the entry itself.
        let values = value.get(..n_bytes).or_else(|| {
            let behind = self.bytes.get(usize::try_from(self.read(value)).ok()?..)?;
            Some(behind.get(..n_bytes).unwrap_or(behind))
        });
        Entry { width, n, values: values.unwrap_or_default() }
    }

    fn number(&self, entry: Entry, nth: usize) -> Option<u64> {
        entry.values.chunks_exact(entry.width).nth(nth).map(|value| self.read(value))
    }

    /// A number of up to eight bytes.
    fn read(&self, bytes: &[u8]) -> u64 {
        let join = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        if self.is_big_endian { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) }
    }

    fn facts(&self, directory: &'a [u8]) -> Facts {
        let find = |tag| self.find(directory, tag);
        let extra = find(tag::EXTRA_SAMPLES).and_then(|entry| self.number(entry, 0));
        let profile = find(tag::PROFILE)
            .filter(|entry| entry.width == 1 && entry.n <= MAX_METADATA_BYTES)
            .map(|entry| entry.values.to_vec());
        let offsets = find(tag::STRIP_OFFSETS).or_else(|| find(tag::TILE_OFFSETS));
        let lengths = find(tag::STRIP_LENGTHS).or_else(|| find(tag::TILE_LENGTHS));
        Facts {
            has_associated_alpha: extra == Some(ASSOCIATED_ALPHA),
            parts: Parts::One,
            profile,
            n_strips: tag::LISTS.into_iter().filter_map(find).map(|entry| entry.n).max().unwrap_or(0),
            has_all_strips: offsets.zip(lengths).is_some_and(|(offsets, lengths)| self.has_all(offsets, lengths)),
        }
    }

    /// Whether the file reaches over all stretches that these lists tell.
    fn has_all(&self, offsets: Entry<'a>, lengths: Entry<'a>) -> bool {
        let numbers = |entry: Entry<'a>| entry.values.chunks_exact(entry.width).map(|value| self.read(value));
        let mut stretches = numbers(offsets).zip(numbers(lengths));
        stretches.all(|(start, n)| start.saturating_add(n) <= self.bytes.len() as u64)
    }
}
