//! How large a picture may be: what is beyond these is refused before it costs time or memory.

/// Bytes of the largest file that is read.
pub(super) const MAX_FILE_BYTES: u64 = 512 << 20;

/// Pixels of the largest picture that is opened.
pub(super) const MAX_PIXELS: u64 = 300_000_000;

/// Bytes that a decoder may give or use.
pub(super) const MAX_DECODED_BYTES: u64 = 2 << 30;
