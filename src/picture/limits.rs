//! How large a picture may be: what is beyond these is refused before it costs time or memory.

/// Bytes of the largest file that is read.
pub(super) const MAX_FILE_BYTES: u64 = 512 << 20;

/// Pixels of the largest picture that is opened.
pub(super) const MAX_PIXELS: u64 = 300_000_000;

/// Bytes that opening a picture may take at its peak, the file's and the decoder's own among them.
pub(super) const MAX_BYTES: u64 = 1_400_000_000;

/// Bytes that the metadata of a picture may take when it is unpacked.
pub(super) const MAX_METADATA_BYTES: u64 = 64 << 20;

/// Strips or tiles that a TIFF picture may be stored in: its decoder takes more than a microsecond for each.
pub(super) const MAX_STRIPS: u64 = 500_000;
