//! Files that are no pictures, or no good ones: each gives a picture or one clear sentence, in bounded time.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can not go on fails")]

use std::{
    fs, panic,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use candle_core::Device;
use kosmoscope::picture::{self, PictureError, PictureSource, Problem, preprocess};

use crate::support::files::shared;

fn open_bytes(name: &str, bytes: impl Into<Arc<[u8]>>) -> Result<picture::Picture, PictureError> {
    picture::open(PictureSource::Bytes { name: name.to_owned(), bytes: bytes.into() })
}

fn sentence(name: &str, bytes: &[u8]) -> String {
    open_bytes(name, bytes).unwrap_err().to_string()
}

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => files_below(&entry.path(), files),
            kind if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
}

/// Counts the decoders' panics on this thread from here on, and keeps them from filling the output. Other tests of this
/// program run beside it: theirs are told as ever.
fn count_foreign_panics() -> Arc<AtomicUsize> {
    let n_panics = Arc::new(AtomicUsize::new(0));
    let (counter, this_thread) = (Arc::clone(&n_panics), thread::current().id());
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let is_own = info.location().is_some_and(|at| at.file() == file!());
        if is_own || thread::current().id() != this_thread {
            usual(info);
        } else {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    }));
    n_panics
}

#[test]
fn each_file_of_the_corpus_opens_or_says_why_not() {
    let Some(archive) = shared("bad-images/bad-images.tar.xz") else { return };
    let folder = tempfile::tempdir().unwrap();
    let unpacked = Command::new("tar").arg("-xJf").arg(&archive).arg("-C").arg(folder.path()).status();
    if !unpacked.is_ok_and(|status| status.success()) {
        println!("skipped: tar can't unpack {}", archive.display());
        return;
    }
    let mut files = Vec::new();
    files_below(folder.path(), &mut files);
    assert!(files.len() > 6000);

    let n_panics = count_foreign_panics();
    let (mut n_opened, mut n_refused, mut slowest) = (0, 0, (Duration::ZERO, PathBuf::new()));
    for file in files {
        let start = Instant::now();
        match picture::open(PictureSource::Path(file.clone())) {
            Ok(picture) => {
                let values = preprocess::pixel_values(&picture.pixels, 224, &Device::Cpu).unwrap();
                assert_eq!(values.dims(), [1, 3, 224, 224]);
                n_opened += 1;
            }
            Err(error) => {
                let text = error.to_string();
                assert!(text.len() < 700 && !text.contains(char::is_control), "one short line: {text:?}");
                n_refused += 1;
            }
        }
        slowest = slowest.max((start.elapsed(), file));
    }
    let n_panics = n_panics.load(Ordering::SeqCst);
    println!("{n_opened} opened, {n_refused} refused, {n_panics} decoder panics caught, slowest {slowest:?}");
    assert!(n_opened > 2000 && n_refused > 4000);
    // Two seconds on a machine of its own; tests share theirs.
    assert!(slowest.0 < Duration::from_secs(10), "{slowest:?}");
}

/// 10×10 RGB in tiles of 16×16, a plane for each colour: valid, and one that `tiff` 0.11 panics on.
fn tiled_planar_tiff() -> Vec<u8> {
    const N_TAGS: u16 = 11;
    const AFTER_TAGS: u32 = 8 + 2 + 12 * N_TAGS as u32 + 4;
    let (bits, offsets, counts) = (AFTER_TAGS, AFTER_TAGS + 6, AFTER_TAGS + 18);
    let pixels = AFTER_TAGS + 30;
    let tags: [(u16, u16, u32, u32); N_TAGS as usize] = [
        (256, 4, 1, 10),
        (257, 4, 1, 10),
        (258, 3, 3, bits),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (277, 3, 1, 3),
        (284, 3, 1, 2),
        (322, 4, 1, 16),
        (323, 4, 1, 16),
        (324, 4, 3, offsets),
        (325, 4, 3, counts),
    ];
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    file.extend(N_TAGS.to_le_bytes());
    for (tag, kind, n, value) in tags {
        file.extend(tag.to_le_bytes().into_iter().chain(kind.to_le_bytes()));
        file.extend(n.to_le_bytes().into_iter().chain(value.to_le_bytes()));
    }
    file.extend(0_u32.to_le_bytes());
    file.extend([8_u16; 3].into_iter().flat_map(u16::to_le_bytes));
    file.extend((0..3).flat_map(|plane| (pixels + plane * 256).to_le_bytes()));
    file.extend([256_u32; 3].into_iter().flat_map(u32::to_le_bytes));
    file.extend((0..768).map(|i| i as u8));
    file
}

#[test]
fn a_layout_that_the_decoder_panics_on_is_called_unsupported() {
    let text = sentence("tiles.tif", &tiled_planar_tiff());
    assert_eq!(text, "This kind of TIFF file is not supported. Convert it to PNG: tiles.tif");
}

#[test]
fn what_is_no_picture_is_called_by_what_it_is() {
    let lfs = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 132\n";
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    let avif = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1";
    let svg = b"<?xml version=\"1.0\"?>\n<!-- drawn -->\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
    let samples: [(&str, &[u8], &str); 12] = [
        ("a.jpg", b"\xef\xbb\xbf\n<!DOCTYPE html><html><body>404</body></html>", "This is a web page."),
        ("b.jpg", b"<HTML><HEAD>", "This is a web page."),
        ("c.png", lfs, "This is a Git LFS pointer, not the picture."),
        ("d.png", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "This is a PDF document."),
        ("e.jpg", heic, "This is a HEIC picture. Convert it to PNG or JPEG"),
        ("f.jpg", avif, "This is an AVIF picture. Convert it to PNG or JPEG"),
        ("g.png", svg, "This is an SVG drawing."),
        ("h.png", b"PK\x03\x04\x14\0\x06\0", "This is a zip archive or an office document."),
        ("i.png", b"\x40\0\0\0\0\0\0\0{\"__metadata__\":{}}", "This is a safetensors model file."),
        ("j.bmp", b"BMW is a maker of cars.\n", "This is a text file."),
        ("k.png", b"\xff\x0a\xfa\x1f\x41\x91", "This is a JPEG XL picture."),
        ("l.gif", &[0; 64], "This is not a picture in a supported format"),
    ];
    for (name, bytes, wanted) in samples {
        let text = sentence(name, bytes);
        assert!(text.starts_with(wanted) && text.ends_with(&format!(": {name}")), "{name}: {text}");
    }
    assert_eq!(sentence("m.png", b""), "The file is empty. Fetch it again: m.png");
}

/// A PNG header with its checksum, and image data that is none.
fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes().into_iter().chain(height.to_be_bytes()));
    header.extend([8, 2, 0, 0, 0]);
    let crc = !header.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    });
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0d".as_slice(), &header, &crc.to_be_bytes(), b"\0\0\0\x01IDATx"].concat()
}

#[test]
fn a_header_that_claims_too_much_is_refused_before_decoding() {
    for side in [19_000, 100_000] {
        let start = Instant::now();
        let text = sentence("bomb.png", &png_claiming(side, side));
        assert!(text.contains(&format!("{side}×{side}")) && text.contains("300 million"), "{text}");
        assert!(start.elapsed() < Duration::from_secs(1));
    }
    // Others are called damaged by their decoders.
    let (bmp, gif) = (
        [
            b"BM".as_slice(),
            &[0; 12],
            &40_u32.to_le_bytes(),
            &[0xff, 0xff, 0xff, 0x7f].repeat(2),
            &[1, 0, 24, 0],
            &[0; 24],
        ]
        .concat(),
        [b"GIF89a".as_slice(), &[0xff; 4], &[0; 9]].concat(),
    );
    let webp =
        [b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0".as_slice(), &[0xfe, 0xff, 0, 0xfe, 0xff, 0], &[0; 8]].concat();
    let tga = [&[0, 0, 2], [0; 9].as_slice(), &[0xff; 4], &[24, 0], &[0; 30]].concat();
    let qoi = [b"qoif".as_slice(), &[0, 1, 0, 0, 0, 1, 0, 0, 3, 0], &[0; 30]].concat();
    let pnm = b"P6 4000000000 4000000000 255 ".to_vec();
    let png = png_claiming(u32::MAX, u32::MAX);
    for (name, bytes) in [
        ("a.bmp", bmp),
        ("a.gif", gif),
        ("a.webp", webp),
        ("a.tga", tga),
        ("a.qoi", qoi),
        ("a.pnm", pnm),
        ("a.png", png),
    ] {
        let text = sentence(name, &bytes);
        assert!(text.contains("pixels, more than the limit of"), "{text}");
    }
    assert!(matches!(open_bytes("cut.png", png_claiming(10_000, 10_000)).unwrap_err().problem, Problem::CutOff { .. }));
}

#[test]
fn a_folder_and_a_missing_file_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let open = |path: PathBuf| picture::open(PictureSource::Path(path)).unwrap_err();
    assert!(open(folder.path().to_owned()).to_string().starts_with("This is a folder, not a picture file: "));
    assert!(matches!(open(folder.path().join("none.png")).problem, Problem::Missing));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_and_never_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.png");
    if !Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        println!("skipped: no mkfifo here");
        return;
    }
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || sender.send(picture::open(PictureSource::Path(pipe)).unwrap_err().to_string()));
    let text = receiver.recv_timeout(Duration::from_secs(5)).expect("opening a pipe must not wait for a writer");
    assert!(text.starts_with("This is a pipe, a socket or a device, not a picture file: "), "{text}");
}

#[cfg(unix)]
#[test]
fn odd_file_names_make_harmless_sentences() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    for name in [b"\x1b]0;owned\x07.png".as_slice(), b"a\nb.png", b"\xff\xfe.png", "\u{202e}gnp.exe".as_bytes()] {
        let path = folder.path().join(std::ffi::OsStr::from_bytes(name));
        fs::write(&path, "no picture").unwrap();
        let text = picture::open(PictureSource::Path(path)).unwrap_err().to_string();
        assert!(text.starts_with("This is a text file. Choose a picture file: "), "{text:?}");
        assert!(!text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{text:?}");
    }
}
