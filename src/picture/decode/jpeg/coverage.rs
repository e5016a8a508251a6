//! Whether all of a JPEG picture is coded: its scans are read code by code, without making pixels of them.
//!
//! No decoder at hand tells: they fill up what is missing or garbled with grey and say nothing, also when the file has
//! its end marker. A missing end marker alone is no damage, and neither are bytes after it.

use super::{
    header::{Component, Frame, Header, Process, Tables, marker, next_marker, segment, stands_alone},
    huffman::{Bits, Steps, Table},
};
use crate::picture::decode::structure::End;

/// Blocks that all scans together may have. Pictures of 300 million pixels in ten passes have fewer; a file of some
/// thousand empty passes has more, and would keep a decoder busy for minutes.
const MAX_BLOCKS: usize = 100_000_000;

/// What there must be of a picture to show it, as a share of it: one of so many.
const LEAST_SHOWN: usize = 100;

/// In place of a number of bits: no scan had the coefficient.
const NEVER: u8 = u8::MAX;

/// What the scans hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Coverage {
    pub(super) n_scans: usize,
    pub(super) end: End,
    /// Where the picture's end marker ends, in bytes from the first scan on; there may be other pictures behind it.
    pub(super) n_bytes: usize,
}

/// What is wrong with a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The data ends early, after so many of so many units.
    Short { n_done: usize, n_units: usize, row: usize },
    /// A code that there is none of, a run beyond its block, restarts out of order, or data left over.
    Broken,
}

/// Reads all scans. `None` if they have more blocks than any sensible picture.
pub(super) fn coverage(header: &Header) -> Option<Coverage> {
    let frame = &header.frame;
    let mut walk = Walk {
        frame,
        tables: header.tables.clone(),
        nonzero: match frame.process {
            Process::Progressive => frame.components.iter().map(|c| vec![0; n_padded(frame, *c)]).collect(),
            _ => Vec::new(),
        },
        missing: vec![[NEVER; 64]; frame.components.len()],
    };
    let (mut n_scans, mut n_blocks, mut fault) = (0, 0, None);
    let mut rest = header.scans;
    let mut has_end = false;
    while let Some((code, after)) = next_marker(rest) {
        rest = after;
        if code == marker::END_OF_IMAGE {
            has_end = true;
            break;
        }
        if stands_alone(code) {
            continue;
        }
        let Some((payload, after)) = segment(after) else { break };
        rest = after;
        if code != marker::START_OF_SCAN {
            walk.tables.take(code, payload);
            continue;
        }
        n_scans += 1;
        n_blocks += match payload.first() {
            Some(1) => frame.n_blocks() / frame.components.len().max(1),
            _ => frame.n_blocks(),
        };
        if n_blocks > MAX_BLOCKS {
            return None;
        }
        if fault.is_none() {
            let (found, after) = walk.scan(payload, rest);
            (fault, rest) = (found.map(|fault| (fault, n_scans)), after);
        }
    }
    let lacks_plane = walk.missing.iter().any(|plane| plane[0] == NEVER);
    // A progressive file may leave coefficients out, but one without its end mark was meant to have them, and a
    // coefficient that was begun is meant to be finished.
    let is_open = |n_bits: &u8| *n_bits > 0 && (*n_bits != NEVER || !has_end);
    let lacks_pass = walk.missing.iter().flatten().any(is_open);
    let end = match fault {
        Some((fault, 1)) => first_scan_end(fault, has_end),
        Some((Fault::Short { .. }, _)) => End::MissingDetail,
        Some((Fault::Broken, _)) => End::Garbled,
        None if n_scans == 0 => End::MissingAll,
        None if lacks_plane || lacks_pass => End::MissingDetail,
        None => End::Present,
    };
    Some(Coverage { n_scans, end, n_bytes: header.scans.len() - rest.len() })
}

fn first_scan_end(fault: Fault, has_end: bool) -> End {
    match fault {
        Fault::Short { n_done, n_units, .. } if n_done < n_units.div_ceil(LEAST_SHOWN) => End::MissingAll,
        // Garbled data takes a little more or less room than it should; a cut file lacks rows.
        Fault::Short { n_done, n_units, row } if has_end && n_units - n_done < row => End::Garbled,
        Fault::Short { .. } => End::MissingPixels,
        Fault::Broken => End::Garbled,
    }
}

/// Blocks of a plane with those that fill up the last units.
fn n_padded(frame: &Frame, component: Component) -> usize {
    let (across, down) = frame.units();
    across * component.across * down * component.down
}

struct Walk<'h> {
    frame: &'h Frame,
    tables: Tables,
    /// For each block of each plane which coefficients are not zero, while passes refine them.
    nonzero: Vec<Vec<u64>>,
    /// For each coefficient of each plane how many of its lower bits are still to come.
    missing: Vec<[u8; 64]>,
}

/// A plane in a scan, with its tables.
struct Plane<'t> {
    /// Its place in the frame.
    nth: usize,
    component: Component,
    dc: Option<&'t Table>,
    ac: Option<&'t Table>,
    /// The same table, several symbols at a time, in a sequential scan.
    steps: Option<Steps>,
    /// Blocks of one unit, across and down.
    unit: (usize, usize),
    /// Blocks in a row of the plane, with what fills up the last unit.
    stride: usize,
}

/// What a scan codes of each block.
#[derive(Clone, Copy)]
enum Pass {
    Sequential,
    DcFirst,
    DcRefined,
    AcFirst { from: usize, to: usize },
    AcRefined { from: usize, to: usize },
}

impl Walk<'_> {
    /// Reads one scan: what is wrong with it, and what follows it.
    fn scan<'d>(&mut self, header: &[u8], data: &'d [u8]) -> (Option<Fault>, &'d [u8]) {
        let tables = self.tables.clone();
        let Some((planes, pass)) = self.planes(header, &tables) else { return (Some(Fault::Broken), data) };
        // [units across, units down]
        let (across, down) = match planes[..] {
            [ref plane] => self.frame.blocks(plane.component),
            _ => self.frame.units(),
        };
        let n_units = across * down;
        let interval = if tables.restart_interval == 0 { n_units } else { tables.restart_interval };
        let (mut bits, mut end_of_band, mut n_restarts) = (Bits::new(data), 0, 0_u8);
        for unit in 0..n_units {
            if unit > 0 && unit % interval == 0 {
                let (has_more, rest) = bits.finish();
                let is_restart = rest.get(1) == Some(&(marker::RESTART_0 + n_restarts % 8));
                if has_more || !is_restart {
                    let is_end = rest.get(1).is_none_or(|code| *code == marker::END_OF_IMAGE);
                    let short = Fault::Short { n_done: unit, n_units, row: across };
                    return (Some(if is_end { short } else { Fault::Broken }), rest);
                }
                n_restarts = n_restarts.wrapping_add(1);
                (bits, end_of_band) = (Bits::new(rest.get(2..).unwrap_or_default()), 0);
            }
            let is_whole = self.unit(&planes, pass, (unit % across, unit / across), &mut bits, &mut end_of_band);
            if is_whole.is_none() || bits.is_overdrawn() {
                let is_overdrawn = bits.is_overdrawn();
                let (_, rest) = bits.finish();
                let is_restart = rest.get(1).is_some_and(|code| code & 0xf8 == marker::RESTART_0);
                let short = Fault::Short { n_done: unit, n_units, row: across };
                return (Some(if is_overdrawn && !is_restart { short } else { Fault::Broken }), rest);
            }
        }
        let (has_more, rest) = bits.finish();
        (has_more.then_some(Fault::Broken), rest)
    }

    /// The planes of a scan and what it codes of them. `None` if its header makes no sense.
    fn planes<'t>(&mut self, header: &[u8], tables: &'t Tables) -> Option<(Vec<Plane<'t>>, Pass)> {
        let (&[n_planes], rest) = header.split_first_chunk()?;
        let (planes, rest) = rest.split_at_checked(2 * usize::from(n_planes))?;
        let &[from, to, approximation] = rest.first_chunk()?;
        let (from, to) = (usize::from(from), usize::from(to));
        let pass = match (self.frame.process, from, approximation >> 4) {
            (Process::Sequential, ..) => Pass::Sequential,
            (_, 0, 0) => Pass::DcFirst,
            (_, 0, _) => Pass::DcRefined,
            (_, _, 0) => Pass::AcFirst { from, to },
            (..) => Pass::AcRefined { from, to },
        };
        let coefficients = if let Pass::Sequential = pass { 0..64 } else { from..to + 1 };
        let units_across = self.frame.units().0;
        let mut plane = |&[id, places]: &[u8; 2]| {
            let nth = self.frame.components.iter().position(|c| c.id == id)?;
            let component = *self.frame.components.get(nth)?;
            let dc = tables.dc.get(usize::from(places >> 4))?.as_ref();
            let ac = tables.ac.get(usize::from(places & 15))?.as_ref();
            self.missing.get_mut(nth)?.get_mut(coefficients.clone())?.fill(approximation & 15);
            let unit = if n_planes == 1 { (1, 1) } else { (component.across, component.down) };
            let steps = ac.filter(|_| matches!(pass, Pass::Sequential)).map(Table::steps);
            Some(Plane { nth, component, dc, ac, steps, unit, stride: units_across * component.across })
        };
        let planes: Vec<_> = planes.as_chunks::<2>().0.iter().map(&mut plane).collect::<Option<_>>()?;
        (!planes.is_empty() && from <= to).then_some((planes, pass))
    }

    /// Reads one unit: a block if the scan has one plane, else some blocks of each. `None` if a code makes no sense.
    fn unit(
        &mut self,
        planes: &[Plane],
        pass: Pass,
        (column, row): (usize, usize),
        bits: &mut Bits,
        end_of_band: &mut u32,
    ) -> Option<()> {
        for plane in planes {
            let (across, down) = plane.unit;
            if let Pass::Sequential = pass {
                for _ in 0..across * down {
                    sequential(plane, bits)?;
                }
                continue;
            }
            for y in row * down..(row + 1) * down {
                for x in column * across..(column + 1) * across {
                    let nonzero = self.nonzero.get_mut(plane.nth)?.get_mut(y * plane.stride + x)?;
                    progressive(plane, pass, bits, nonzero, end_of_band)?;
                }
            }
        }
        Some(())
    }
}

/// Passes over a block of a sequential scan.
#[inline]
fn sequential(plane: &Plane, bits: &mut Bits) -> Option<()> {
    bits.step(plane.dc?)?;
    bits.rest_of_block(plane.ac?, plane.steps.as_ref()?)
}

/// Passes over what one pass has of a block.
fn progressive(plane: &Plane, pass: Pass, bits: &mut Bits, nonzero: &mut u64, end_of_band: &mut u32) -> Option<()> {
    match pass {
        Pass::Sequential => {}
        Pass::DcFirst => {
            let size = bits.symbol(plane.dc?)?;
            bits.take(u32::from(size & 15));
        }
        Pass::DcRefined => {
            bits.take(1);
        }
        Pass::AcFirst { .. } | Pass::AcRefined { .. } if *end_of_band > 0 => {
            *end_of_band -= 1;
            if let Pass::AcRefined { from, to } = pass {
                pass_over_known(bits, *nonzero, from, to);
            }
        }
        Pass::AcFirst { from, to } => {
            let mut at = from;
            while at <= to {
                let symbol = bits.symbol(plane.ac?)?;
                let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
                if size == 0 && run < 15 {
                    *end_of_band = (1 << run) - 1 + bits.take(run as u32);
                    break;
                }
                at += run;
                if size > 0 {
                    bits.take(size);
                    *nonzero |= 1_u64.checked_shl(at as u32).filter(|_| at <= to)?;
                }
                at += 1;
            }
        }
        Pass::AcRefined { from, to } => ac_refined(plane.ac?, bits, nonzero, end_of_band, from, to)?,
    }
    Some(())
}

/// One bit for each coefficient that is not zero.
fn pass_over_known(bits: &mut Bits, nonzero: u64, from: usize, to: usize) {
    let band = (u64::MAX >> (63 - to)) & (u64::MAX << from);
    let n_bits = (nonzero & band).count_ones();
    (0..n_bits / 16).for_each(|_| _ = bits.take(16));
    bits.take(n_bits % 16);
}

/// Figure G.7: new coefficients stand between bits for the known ones.
fn ac_refined(
    table: &Table,
    bits: &mut Bits,
    nonzero: &mut u64,
    end_of_band: &mut u32,
    from: usize,
    to: usize,
) -> Option<()> {
    let mut at = from;
    while at <= to {
        let symbol = bits.symbol(table)?;
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        if size == 0 && run < 15 {
            *end_of_band = (1 << run) - 1 + bits.take(run);
            pass_over_known(bits, *nonzero, at, to);
            return Some(());
        }
        bits.take(size.min(1));
        // Up to the zero after the run of zeros, or to the end of the band.
        let zeros = !*nonzero & (u64::MAX >> (63 - to)) & (u64::MAX << at);
        let place = nth_one(zeros, run).unwrap_or(to + 1);
        if place > at {
            pass_over_known(bits, *nonzero, at, place - 1);
        }
        at = place;
        if size > 0 {
            *nonzero |= 1_u64.checked_shl(at as u32).filter(|_| at <= to)?;
        }
        at += 1;
    }
    Some(())
}

/// The place of the bit that is one and has `n` ones before it.
fn nth_one(mut ones: u64, n: u32) -> Option<usize> {
    for _ in 0..n {
        ones &= ones.wrapping_sub(1);
    }
    (ones != 0).then(|| ones.trailing_zeros() as usize)
}
