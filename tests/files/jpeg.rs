//! JPEG files of all layouts: right colours or a refusal, and a word about every one that is not whole.
//!
//! The files are made here, in as few lines as make each layout possible: blocks of one level, without detail.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can not go on fails")]

use std::{fs, sync::Arc};

use kosmoscope::picture::{self, Picture, PictureError, PictureSource, Problem};

use crate::support::files::data;

/// Pixels of each side: four quarters of one colour each.
const SIDE: usize = 128;

/// Levels of brightness, blue and red of each quarter.
const QUARTERS: [[u8; 3]; 4] = [[90, 110, 200], [150, 90, 100], [120, 200, 120], [200, 128, 128]];

fn open(bytes: impl Into<Arc<[u8]>>) -> Result<Picture, PictureError> {
    picture::open(PictureSource::Bytes { name: "a.jpg".to_owned(), bytes: bytes.into() })
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(data("pictures").join(name)).unwrap()
}

/// What a file is like.
#[derive(Clone, Debug)]
struct Layout {
    /// The code of the frame header's marker.
    frame: u8,
    precision: u8,
    /// Across and down for each plane.
    sampling: Vec<(usize, usize)>,
    /// Planes of each scan.
    scans: Vec<Vec<usize>>,
    restart_interval: u16,
}

impl Layout {
    fn usual() -> Self {
        let sampling = vec![(2, 2), (1, 1), (1, 1)];
        Self { frame: 0xc0, precision: 8, sampling, scans: vec![vec![0, 1, 2]], restart_interval: 0 }
    }
}

#[derive(Default)]
struct BitWriter {
    bytes: Vec<u8>,
    pending: u32,
    n_pending: u32,
}

impl BitWriter {
    fn put(&mut self, bits: u32, n: u32) {
        for i in (0..n).rev() {
            self.pending = self.pending << 1 | (bits >> i & 1);
            self.n_pending += 1;
            if self.n_pending == 8 {
                self.bytes.push(self.pending as u8);
                if self.pending == 0xff {
                    self.bytes.push(0);
                }
                (self.pending, self.n_pending) = (0, 0);
            }
        }
    }

    fn pad(&mut self) {
        while self.n_pending > 0 {
            self.put(1, 1);
        }
    }
}

fn segment(code: u8, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u16 + 2).to_be_bytes();
    [&[0xff, code], &length, payload].concat()
}

/// Codes of 4 bits for sizes up to 11 bits, and one code, a zero, for the end of a block.
fn tables() -> Vec<u8> {
    let dc = [vec![0, 0, 0, 0, 12], vec![0; 12], (0..12).collect()].concat();
    let ac = [vec![0x10, 1], vec![0; 15], vec![0]].concat();
    let levels = [vec![0], vec![8; 64]].concat();
    [segment(0xdb, &levels), segment(0xc4, &dc), segment(0xc4, &ac)].concat()
}

/// The file of a layout.
fn jpeg(layout: &Layout) -> Vec<u8> {
    let mut frame = vec![layout.precision, 0, SIDE as u8, 0, SIDE as u8, layout.sampling.len() as u8];
    for (id, (across, down)) in (1..).zip(&layout.sampling) {
        frame.extend([id, (across << 4 | down) as u8, 0]);
    }
    let restarts = segment(0xdd, &layout.restart_interval.to_be_bytes());
    let mut file = [vec![0xff, 0xd8], tables(), segment(layout.frame, &frame), restarts].concat();
    for planes in &layout.scans {
        let ids = planes.iter().flat_map(|plane| [*plane as u8 + 1, 0]);
        let last = if layout.frame == 0xc2 { 0 } else { 63 };
        let header: Vec<u8> = [planes.len() as u8].into_iter().chain(ids).chain([0, last, 0]).collect();
        file.extend(segment(0xda, &header));
        file.extend(scan(layout, planes));
    }
    file.extend([0xff, 0xd9]);
    file
}

fn scan(layout: &Layout, planes: &[usize]) -> Vec<u8> {
    let finest = layout.sampling.iter().fold((1, 1), |most, s| (most.0.max(s.0), most.1.max(s.1)));
    let unit_of = |plane: usize| if planes.len() == 1 { (1, 1) } else { layout.sampling[plane] };
    // [units across, units down]
    let (across, down) = match planes {
        [plane] => {
            let (across, down) = layout.sampling[*plane];
            ((SIDE * across).div_ceil(finest.0).div_ceil(8), (SIDE * down).div_ceil(finest.1).div_ceil(8))
        }
        _ => (SIDE.div_ceil(8 * finest.0), SIDE.div_ceil(8 * finest.1)),
    };
    let (mut bits, mut before) = (BitWriter::default(), [0_i32; 4]);
    for unit in 0..across * down {
        let interval = usize::from(layout.restart_interval);
        if interval > 0 && unit > 0 && unit % interval == 0 {
            bits.pad();
            bits.bytes.extend([0xff, 0xd0 + ((unit / interval - 1) % 8) as u8]);
            before = [0; 4];
        }
        for &plane in planes {
            let (n_across, n_down) = unit_of(plane);
            for (y, x) in (0..n_down).flat_map(|y| (0..n_across).map(move |x| (y, x))) {
                let (column, row) = (unit % across * n_across + x, unit / across * n_down + y);
                // The middle of the block, in pixels.
                let place = |block: usize, own: usize, finest: usize| (8 * block + 4) * finest / own;
                let (own_across, own_down) = layout.sampling[plane];
                let is_right = place(column, own_across, finest.0) >= SIDE / 2;
                let is_lower = place(row, own_down, finest.1) >= SIDE / 2;
                let level = QUARTERS[2 * usize::from(is_lower) + usize::from(is_right)][plane % 3];
                let level = i32::from(level) - 128;
                let step = level - before[plane];
                before[plane] = level;
                let n_bits = 32 - step.unsigned_abs().leading_zeros();
                bits.put(n_bits, 4);
                bits.put((if step < 0 { step - 1 } else { step }) as u32, n_bits);
                if layout.frame != 0xc2 {
                    bits.put(0, 1);
                }
            }
        }
    }
    bits.pad();
    bits.bytes
}

/// Holds the middle of each quarter against the colour that its levels stand for (JFIF 1.02).
fn assert_colours(picture: &Picture, of: &str) {
    for (quarter, [y, cb, cr]) in QUARTERS.into_iter().enumerate() {
        let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
        let wanted = [y + 1.402 * cr, y - 0.344_14 * cb - 0.714_14 * cr, y + 1.772 * cb];
        let at = |is_far: bool| (SIDE / 4 + if is_far { SIDE / 2 } else { 0 }) as u32;
        let got = picture.pixels.get_pixel(at(quarter % 2 == 1), at(quarter > 1)).0;
        let is_near = std::iter::zip(got, wanted).all(|(got, wanted)| (f32::from(got) - wanted).abs() < 3.0);
        assert!(is_near, "{of}: quarter {quarter} is {got:?} for {wanted:?}");
    }
}

#[test]
fn every_layout_opens_in_its_colours() {
    let one = (1, 1);
    let mut samplings: Vec<_> =
        (1..=4).flat_map(|x| (1..=4).map(move |y| vec![(x, y), one, one])).filter(|s| s[0].0 * s[0].1 <= 8).collect();
    samplings.extend([
        vec![one, (2, 1), (2, 1)],
        vec![one, (1, 2), (1, 2)],
        vec![one, (2, 2), (2, 2)],
        vec![(2, 2), (2, 1), one],
        vec![(2, 2), (1, 2), (2, 1)],
        vec![(2, 1), one, (2, 1)],
        vec![(1, 2), (2, 1), one],
        vec![(3, 1), one, (3, 1)],
        vec![(2, 1), (2, 1), (2, 1)],
    ]);
    let orders = [
        vec![vec![0, 1, 2]],
        vec![vec![0], vec![1], vec![2]],
        vec![vec![2], vec![1], vec![0]],
        vec![vec![0], vec![1, 2]],
    ];
    let mut n_opened = 0;
    for sampling in &samplings {
        for (scans, (frame, restart_interval)) in
            orders.iter().flat_map(|order| [(0xc0, 0), (0xc1, 3), (0xc2, 0)].map(|kind| (order, kind)))
        {
            let (sampling, scans) = (sampling.clone(), scans.clone());
            let layout = Layout { frame, precision: 8, sampling, scans, restart_interval };
            let picture = open(jpeg(&layout)).unwrap_or_else(|e| panic!("{layout:?}: {e}"));
            assert_eq!(picture.notes, [""; 0], "{layout:?}");
            assert_colours(&picture, &format!("{layout:?}"));
            n_opened += 1;
        }
    }
    assert_eq!(n_opened, samplings.len() * 12);
}

#[test]
fn what_no_decoder_does_right_is_called_unsupported_and_not_damaged() {
    let usual = Layout::usual();
    let mut rare = vec![
        Layout { precision: 12, frame: 0xc1, ..usual.clone() },
        // Two planes; steps that do not divide each other; halves beside quarters in several scans.
        Layout { sampling: vec![(1, 1), (1, 1)], scans: vec![vec![0, 1]], ..usual.clone() },
        Layout { sampling: vec![(3, 1), (2, 1), (1, 1)], ..usual.clone() },
        Layout { sampling: vec![(4, 1), (2, 1), (1, 1)], scans: vec![vec![0], vec![1], vec![2]], ..usual.clone() },
    ];
    // Lossless, hierarchical and arithmetic.
    rare.extend([0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb].map(|frame| Layout { frame, ..usual.clone() }));
    for layout in rare {
        let error = open(jpeg(&layout)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "This kind of JPEG file is not supported. Convert it to PNG: a.jpg",
            "{layout:?}"
        );
    }
}

#[test]
fn a_cut_with_an_end_marker_is_noticed() {
    for name in ["baseline.jpg", "progressive.jpg", "restarts.jpg", "grey.jpg", "cmyk.jpg", "thumbnail.jpg"] {
        let whole = fixture(name);
        for percent in 1..98 {
            let cut = [&whole[..whole.len() * percent / 100], &[0xff, 0xd9]].concat();
            match open(cut) {
                Ok(picture) => {
                    let is_told = picture.notes.iter().any(|note| note.contains("cut off") || note.contains("damaged"));
                    assert!(is_told, "{name} cut at {percent} %: {:?}", picture.notes);
                }
                Err(e) => assert!(!e.to_string().contains("not supported"), "{name} cut at {percent} %: {e}"),
            }
        }
    }
    let cut = fixture("baseline.jpg");
    let cut = [&cut[..cut.len() * 8 / 10], &[0xff, 0xd9]].concat();
    assert_eq!(open(cut).unwrap().notes, ["a.jpg is cut off; the lower part is missing"]);
}

#[test]
fn a_missing_end_marker_alone_is_no_damage() {
    for name in ["baseline.jpg", "progressive.jpg", "restarts.jpg", "grey.jpg", "cmyk.jpg"] {
        let whole = fixture(name);
        let wanted = open(whole.as_slice()).unwrap();
        for without in 1..=2 {
            let opened = open(&whole[..whole.len() - without]).unwrap();
            assert_eq!(opened.notes, [""; 0], "{name}");
            assert_eq!(opened.pixels, wanted.pixels, "{name}");
        }
    }
    // Padding before the end marker is none either, but other bytes are.
    let whole = jpeg(&Layout::usual());
    let (coded, end) = whole.split_at(whole.len() - 2);
    let with = |bytes: &[u8]| open([coded, bytes, end].concat()).unwrap().notes;
    assert_eq!(with(&[0; 16]), [""; 0]);
    assert_eq!(with(&[0xff; 3]), [""; 0]);
    assert_eq!(with(b"more of it"), ["a.jpg is damaged; a part of it is wrong or missing"]);
}

#[test]
fn garbled_data_is_noticed() {
    let garbled = ["a.jpg is damaged; a part of it is wrong or missing"];
    let whole = jpeg(&Layout { restart_interval: 4, ..Layout::usual() });
    let restart = whole.windows(2).position(|pair| pair == [0xff, 0xd2]).unwrap();
    // A restart out of order, one that is gone with its data, and a code that there is none of.
    let mut swapped = whole.clone();
    swapped[restart + 1] = 0xd5;
    let next = whole.windows(2).position(|pair| pair == [0xff, 0xd3]).unwrap();
    let gone = [&whole[..restart], &whole[next..]].concat();
    let mut unknown = whole.clone();
    unknown[restart + 2..restart + 6].copy_from_slice(&[0xfe; 4]);
    for (what, file) in [("swapped", swapped), ("gone", gone), ("unknown", unknown)] {
        assert_eq!(open(file).unwrap().notes, garbled, "{what}");
    }
    // A plane that no scan has.
    let lacking = Layout { scans: vec![vec![0], vec![1]], ..Layout::usual() };
    match open(jpeg(&lacking)) {
        Ok(picture) => assert_eq!(picture.notes, ["a.jpg is cut off; some of its detail is missing"]),
        Err(error) => assert!(matches!(error.problem, Problem::Damaged { .. }), "{error}"),
    }
}

/// A header of so many pixels a side, and a few bytes of data.
fn bomb(frame: u8, side: u16, n_planes: u8, n_scans: usize) -> Vec<u8> {
    let [high, low] = side.to_be_bytes();
    let planes: Vec<u8> = (1..=n_planes).flat_map(|id| [id, 0x11, 0]).collect();
    let header = [&[8, high, low, high, low, n_planes], planes.as_slice()].concat();
    let mut file = [vec![0xff, 0xd8], tables(), segment(frame, &header)].concat();
    let ids = (1..=n_planes).flat_map(|id| [id, 0]);
    let scan: Vec<u8> = [n_planes].into_iter().chain(ids).chain([0, if frame == 0xc2 { 0 } else { 63 }, 0]).collect();
    for _ in 0..n_scans {
        file.extend(segment(0xda, &scan));
        file.extend([0; 16]);
    }
    file.extend([0xff, 0xd9]);
    file
}

#[test]
fn a_few_bytes_that_claim_much_cost_neither_time_nor_memory() {
    let start = std::time::Instant::now();
    let error = open(bomb(0xc2, 17_300, 4, 2)).unwrap_err().to_string();
    assert_eq!(
        error,
        "The picture needs 3.29 GB of memory to open, more than the limit of 1.40 GB. Make it smaller first: a.jpg"
    );
    for file in [bomb(0xc0, 17_300, 3, 1), bomb(0xc2, 9_000, 3, 1), bomb(0xc2, 2_000, 3, 300)] {
        assert!(matches!(open(file).unwrap_err().problem, Problem::CutOff { .. } | Problem::Unsupported { .. }));
    }
    // Thousands of passes.
    assert!(matches!(open(bomb(0xc2, 2_000, 3, 10_000)).unwrap_err().problem, Problem::Unsupported { .. }));
    assert!(start.elapsed() < std::time::Duration::from_secs(5));
}

#[test]
fn of_several_views_the_first_is_taken_with_a_note() {
    let one = jpeg(&Layout::usual());
    let with_index = |extra: &[u8]| [&one[..2], &segment(0xe2, b"MPF\0II*\0\x08\0\0\0"), extra, &one[2..]].concat();
    let views = [with_index(&[]), one.clone(), one.clone()].concat();
    assert_eq!(open(views).unwrap().notes, ["a.jpg has 3 views; the first is taken"]);
    // A preview is smaller, and a map of brightness is no view.
    assert_eq!(open([with_index(&[]), fixture("grey.jpg")].concat()).unwrap().notes, [""; 0]);
    let gain_map = segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x hdrgm:Version=\"1.0\"/>");
    assert_eq!(open([with_index(&gain_map), one.clone()].concat()).unwrap().notes, [""; 0]);
    // What starts like a picture again and again is looked at once.
    let start = std::time::Instant::now();
    assert_eq!(open([with_index(&[]), [0xff, 0xd8, 0xff].repeat(333_000)].concat()).unwrap().notes, [""; 0]);
    assert!(start.elapsed() < std::time::Duration::from_secs(1));
}
