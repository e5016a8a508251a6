//! Members of a tar archive, one after the other, from any stream: names, and the bytes of those that are wanted.
//!
//! What writers of datasets make: ustar with long names as GNU or POSIX have them. Links, folders and devices are passed
//! over; nothing is ever unpacked to the disk.

use std::{
    io::{self, BufRead, Read},
    ops::Range,
};

const BLOCK: u64 = 512;

/// A file in an archive.
#[derive(Debug)]
pub(in crate::dataset) struct Member {
    /// Its path in the archive.
    pub(in crate::dataset) name: String,
    /// Its bytes in the unpacked archive.
    pub(in crate::dataset) range: Range<u64>,
    /// Its content, where it was wanted.
    pub(in crate::dataset) content: Option<Vec<u8>>,
}

/// Goes through an archive.
pub(in crate::dataset) struct Members<R> {
    /// `None` at its end.
    input: Option<R>,
    offset: u64,
    /// Whether a member with this name and length is read.
    wanted: fn(&str, u64) -> bool,
}

impl<R: BufRead> Members<R> {
    pub(in crate::dataset) fn new(input: R, wanted: fn(&str, u64) -> bool) -> Self {
        Self { input: Some(input), offset: 0, wanted }
    }

    fn take(&mut self, n_bytes: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if let Some(input) = &mut self.input {
            self.offset += input.take(n_bytes).read_to_end(&mut bytes)? as u64;
        }
        if bytes.len() as u64 == n_bytes { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn pass(&mut self, n_bytes: u64) -> io::Result<()> {
        if let Some(input) = &mut self.input {
            let passed = io::copy(&mut input.take(n_bytes), &mut io::sink())?;
            self.offset += passed;
            if passed < n_bytes {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }

    fn advance(&mut self) -> io::Result<Option<Member>> {
        let mut long_name = None;
        loop {
            let Some(input) = &mut self.input else { return Ok(None) };
            if input.fill_buf()?.is_empty() {
                return Ok(None);
            }
            let header = self.take(BLOCK)?;
            if header.iter().all(|&byte| byte == 0) {
                return Ok(None);
            }
            let invalid = || io::Error::new(io::ErrorKind::InvalidData, "it is no tar archive");
            if !sum_is_right(&header) {
                return Err(invalid());
            }
            let length = number(&header[124..136]).ok_or_else(invalid)?;
            let padding = length.next_multiple_of(BLOCK) - length;
            match header[156] {
                kind @ (b'L' | b'x') if length <= 1 << 20 => {
                    let content = self.take(length)?;
                    self.pass(padding)?;
                    let name = if kind == b'L' { Some(until_zero(&content)) } else { posix_path(&content) };
                    long_name = name.or(long_name);
                }
                b'0' | 0 | b'7' => {
                    let name = long_name.take().unwrap_or_else(|| short_name(&header));
                    let range = self.offset..self.offset + length;
                    let content = if (self.wanted)(&name, length) {
                        Some(self.take(length)?)
                    } else {
                        self.pass(length)?;
                        None
                    };
                    self.pass(padding)?;
                    return Ok(Some(Member { name, range, content }));
                }
                _ => self.pass(length + padding)?,
            }
        }
    }
}

impl<R: BufRead> Iterator for Members<R> {
    type Item = io::Result<Member>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.advance().transpose();
        if !matches!(next, Some(Ok(_))) {
            self.input = None;
        }
        next
    }
}

/// Octal digits, or, for large files, bytes behind a mark.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let tail: [u8; 8] = field[field.len() - 8..].try_into().ok()?;
        return Some(u64::from_be_bytes(tail)).filter(|&number| number < 1 << 50);
    }
    let digits = until_zero(field);
    let digits = digits.trim();
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

fn sum_is_right(header: &[u8]) -> bool {
    let told = number(&header[148..156]);
    let sum: u64 =
        header.iter().enumerate().map(|(at, &byte)| if (148..156).contains(&at) { 32 } else { u64::from(byte) }).sum();
    told == Some(sum)
}

fn short_name(header: &[u8]) -> String {
    let (name, prefix) = (until_zero(&header[..100]), until_zero(&header[345..500]));
    let has_prefix = header[257..262] == *b"ustar" && header[262] == 0 && !prefix.is_empty();
    if has_prefix { format!("{prefix}/{name}") } else { name }
}

fn until_zero(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// The `path` among lines such as `25 path=name`, each with its own length before it.
fn posix_path(content: &[u8]) -> Option<String> {
    let mut rest = content;
    while let Some(space) = rest.iter().position(|&byte| byte == b' ') {
        let length: usize = std::str::from_utf8(&rest[..space]).ok()?.parse().ok()?;
        let line = rest.get(space + 1..length)?;
        if let Some(path) = line.strip_prefix(b"path=") {
            return Some(String::from_utf8_lossy(path.trim_ascii_end()).into_owned());
        }
        rest = rest.get(length..)?;
    }
    None
}
