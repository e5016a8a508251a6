//! What a JPEG file says before its first pixel (ITU-T T.81, annex B): size, layout, tables, metadata.

use super::huffman::Table;

/// Codes of markers.
pub(super) mod marker {
    pub(in super::super) const END_OF_IMAGE: u8 = 0xd9;
    pub(in super::super) const START_OF_SCAN: u8 = 0xda;
    pub(in super::super) const DEFINE_TABLES: u8 = 0xc4;
    pub(in super::super) const RESTART_INTERVAL: u8 = 0xdd;
    pub(in super::super) const RESTART_0: u8 = 0xd0;
}

/// How the coefficients are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Process {
    /// Huffman codes, all of a block in one go.
    Sequential,
    /// Huffman codes, in several passes over the picture.
    Progressive,
    /// Arithmetic codes, lossless or hierarchical: files of which hardly any program can read.
    Rare,
}

/// A plane of the picture: a colour, or brightness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) id: u8,
    /// Samples for each step across, of those of the finest plane.
    pub(super) across: usize,
    /// The same down.
    pub(super) down: usize,
}

/// The frame header.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) process: Process,
    /// Bits of a sample.
    pub(super) precision: u8,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) components: Vec<Component>,
}

/// All that stands before the first scan.
#[derive(Clone, Debug)]
pub(super) struct Header<'a> {
    pub(super) frame: Frame,
    pub(super) tables: Tables,
    /// From the first scan's marker on.
    pub(super) scans: &'a [u8],
    /// The EXIF block, without its prefix.
    pub(super) exif: Option<&'a [u8]>,
    /// Whether there is an index of further pictures behind this one (CIPA DC-007).
    pub(super) has_index: bool,
    /// Whether the further picture is a map of brightness for HDR screens.
    pub(super) has_gain_map: bool,
    profile: Vec<(u8, &'a [u8])>,
}

/// What scans are decoded with; it may change between them.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    pub(super) dc: [Option<Table>; 4],
    pub(super) ac: [Option<Table>; 4],
    /// Units between restarts; 0 for none.
    pub(super) restart_interval: usize,
}

impl<'a> Header<'a> {
    /// Reads up to the first scan. `None` if there is none, or it comes before the frame header.
    pub(super) fn read(file: &'a [u8]) -> Option<Self> {
        let mut header = Self {
            frame: Frame { process: Process::Rare, precision: 0, width: 0, height: 0, components: Vec::new() },
            tables: Tables::default(),
            scans: file,
            exif: None,
            has_index: false,
            has_gain_map: false,
            profile: Vec::new(),
        };
        let mut rest = file.get(2..)?;
        loop {
            let (code, after) = next_marker(rest)?;
            if code == marker::START_OF_SCAN {
                return (!header.frame.components.is_empty()).then_some(Self { scans: rest, ..header });
            }
            if stands_alone(code) {
                rest = after;
                continue;
            }
            let (payload, after) = segment(after)?;
            match code {
                0xc0..=0xcf if !matches!(code, 0xc4 | 0xc8 | 0xcc) && header.frame.components.is_empty() => {
                    header.frame = frame(code, payload)?;
                }
                0xe1 | 0xe2 => header.take_metadata(payload),
                _ => header.tables.take(code, payload),
            }
            rest = after;
        }
    }

    fn take_metadata(&mut self, payload: &'a [u8]) {
        if let Some(exif) = payload.strip_prefix(b"Exif\0\0") {
            self.exif = self.exif.or(Some(exif));
        } else if let Some([number, _count, part @ ..]) = payload.strip_prefix(b"ICC_PROFILE\0") {
            self.profile.push((*number, part));
        } else if payload.starts_with(b"MPF\0") {
            self.has_index = true;
        } else if payload.starts_with(b"http://ns.adobe.com/xap/") {
            self.has_gain_map |= payload.windows(6).any(|window| window == b"hdrgm:");
        }
    }

    /// The colour profile, put together from its parts.
    pub(super) fn profile(&self) -> Option<Vec<u8>> {
        let mut parts = self.profile.clone();
        parts.sort_by_key(|(number, _)| *number);
        (!parts.is_empty()).then(|| parts.into_iter().flat_map(|(_, part)| part.iter().copied()).collect())
    }
}

impl Tables {
    /// Takes over what a segment defines, if it defines anything.
    pub(super) fn take(&mut self, code: u8, payload: &[u8]) {
        match code {
            marker::RESTART_INTERVAL => self.restart_interval = u16_be(payload).unwrap_or(0),
            marker::DEFINE_TABLES => {
                let mut rest = payload;
                while let Some((&[place], after)) = rest.split_first_chunk() {
                    let Some((lengths, after)) = after.split_first_chunk::<16>() else { break };
                    let n_values = lengths.iter().map(|&n| usize::from(n)).sum();
                    let Some((values, after)) = after.split_at_checked(n_values) else { break };
                    let kind = if place >> 4 == 0 { &mut self.dc } else { &mut self.ac };
                    if let Some(table) = kind.get_mut(usize::from(place & 15)) {
                        *table = Table::new(lengths, values);
                    }
                    rest = after;
                }
            }
            _ => {}
        }
    }
}

fn frame(code: u8, payload: &[u8]) -> Option<Frame> {
    let (&[precision, h0, h1, w0, w1, n_components], rest) = payload.split_first_chunk()?;
    let component = |&[id, sampling, _]: &[u8; 3]| {
        let (across, down) = (usize::from(sampling >> 4), usize::from(sampling & 15));
        ((1..=4).contains(&across) && (1..=4).contains(&down)).then_some(Component { id, across, down })
    };
    let rows = rest.as_chunks::<3>().0.get(..usize::from(n_components))?;
    Some(Frame {
        process: match code {
            0xc0 | 0xc1 => Process::Sequential,
            0xc2 => Process::Progressive,
            _ => Process::Rare,
        },
        precision,
        width: usize::from(u16::from_be_bytes([w0, w1])),
        height: usize::from(u16::from_be_bytes([h0, h1])),
        components: rows.iter().map(component).collect::<Option<_>>()?,
    })
}

impl Frame {
    /// Steps of the finest plane: the number of blocks that a unit of an interleaved scan is wide and high.
    pub(super) fn finest(&self) -> (usize, usize) {
        let most = |of: fn(&Component) -> usize| self.components.iter().map(of).max().unwrap_or(1);
        (most(|c| c.across), most(|c| c.down))
    }

    /// Units of an interleaved scan, across and down.
    pub(super) fn units(&self) -> (usize, usize) {
        let (across, down) = self.finest();
        (self.width.div_ceil(8 * across), self.height.div_ceil(8 * down))
    }

    /// Blocks of a plane as coded alone, without what only fills up the last units, across and down.
    pub(super) fn blocks(&self, component: Component) -> (usize, usize) {
        let (across, down) = self.finest();
        (
            (self.width * component.across).div_ceil(across).div_ceil(8),
            (self.height * component.down).div_ceil(down).div_ceil(8),
        )
    }

    /// Blocks of all planes, with what fills up the last units.
    pub(super) fn n_blocks(&self) -> usize {
        let (across, down) = self.units();
        across * down * self.components.iter().map(|c| c.across * c.down).sum::<usize>()
    }
}

/// The next marker's code and what follows it. Coded data before it is passed over: there, 0xFF is followed by 0.
pub(super) fn next_marker(mut bytes: &[u8]) -> Option<(u8, &[u8])> {
    loop {
        let at = bytes.iter().position(|&b| b == 0xff)?;
        bytes = bytes.get(at + 1..)?;
        match bytes.split_first()? {
            // Stuffed data, or a fill byte before the marker proper.
            (0x00 | 0xff, _) => {}
            (&code, after) => return Some((code, after)),
        }
    }
}

/// Whether no length follows the marker: TEM, restarts, start and end of the image.
pub(super) fn stands_alone(code: u8) -> bool {
    matches!(code, 0x01 | 0xd0..=0xd9)
}

/// A segment's content and what follows it.
pub(super) fn segment(after_marker: &[u8]) -> Option<(&[u8], &[u8])> {
    let (segment, rest) = after_marker.split_at_checked(u16_be(after_marker)?)?;
    Some((segment.get(2..)?, rest))
}

fn u16_be(bytes: &[u8]) -> Option<usize> {
    bytes.first_chunk().map(|n| usize::from(u16::from_be_bytes(*n)))
}
