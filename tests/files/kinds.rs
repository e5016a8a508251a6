//! What containers say about their picture: pages and sizes, alpha, profiles, turns.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can not go on fails")]

use std::{
    io::Cursor,
    sync::Arc,
    time::{Duration, Instant},
};

use image::{
    DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
};
use kosmoscope::picture::{self, Picture, PictureError, PictureSource, without_alpha};
use moxcms::ColorProfile;
use tiff::{
    encoder::{TiffEncoder, colortype},
    tags::Tag,
};

fn open_bytes(name: &str, bytes: impl Into<Arc<[u8]>>) -> Result<Picture, PictureError> {
    picture::open(PictureSource::Bytes { name: name.to_owned(), bytes: bytes.into() })
}

pub(crate) fn open(name: &str, bytes: impl Into<Arc<[u8]>>) -> Picture {
    open_bytes(name, bytes).unwrap()
}

pub(crate) fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

pub(crate) fn pattern(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(7 * x) as u8, (11 * y) as u8, (x ^ y) as u8]))
}

/// An icon of such pictures, each with the bits for a pixel that its entry tells.
fn icon(pictures: &[(u8, u16, Vec<u8>)]) -> Vec<u8> {
    let mut file = vec![0, 0, 1, 0, pictures.len() as u8, 0];
    let mut start = (file.len() + 16 * pictures.len()) as u32;
    for (side, bits, content) in pictures {
        let length = content.len() as u32;
        file.extend([*side, *side, 0, 0, 1, 0]);
        file.extend(bits.to_le_bytes());
        file.extend(length.to_le_bytes().into_iter().chain(start.to_le_bytes()));
        start += length;
    }
    file.extend(pictures.iter().flat_map(|(_, _, content)| content));
    file
}

#[test]
fn an_icon_of_pngs_without_alpha_opens_in_its_best_size() {
    let (small, large) = (pattern(16, 16), pattern(48, 48));
    let opened = open("a.ico", icon(&[(16, 32, png(small.clone())), (48, 32, png(large.clone()))]));
    assert_eq!(*opened.pixels, large);
    assert_eq!(opened.notes, ["a.ico has 2 sizes; the one of 48×48 is taken"]);
    // More bits for a pixel go before more pixels.
    let opened = open("a.ico", icon(&[(16, 32, png(small.clone())), (48, 8, png(large))]));
    assert_eq!(*opened.pixels, small);
    let opened = open("a.ico", icon(&[(16, 32, png(small.clone()))]));
    assert_eq!((&*opened.pixels, opened.notes.len()), (&small, 0));
}

/// A TIFF of these pages, each with alpha told as associated or not, and a turn.
fn tiff_of(pages: &[RgbaImage], extra_samples: u16, orientation: u16) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file).unwrap();
    for page in pages {
        let mut image = encoder.new_image::<colortype::RGBA8>(page.width(), page.height()).unwrap();
        image.encoder().write_tag(Tag::ExtraSamples, &[extra_samples][..]).unwrap();
        image.encoder().write_tag(Tag::Orientation, orientation).unwrap();
        image.write_data(page).unwrap();
    }
    file.into_inner()
}

#[test]
fn the_first_of_several_pages_is_taken_with_a_note() {
    let pages = [10, 20, 30].map(|level| RgbaImage::from_pixel(6, 4, Rgba([level, 0, 0, 255])));
    let opened = open("a.tif", tiff_of(&pages, 2, 1));
    assert_eq!(opened.pixels.get_pixel(0, 0).0, [10, 0, 0]);
    assert_eq!(opened.notes, ["a.tif has 3 pages; the first is taken"]);
    assert_eq!(open("a.tif", tiff_of(&pages[..1], 2, 1)).notes, [""; 0]);
}

/// A TIFF in little-endian order of these entries: number, type, how many values, and the values or where they stand
/// behind `before`.
fn tiff_of_entries(before: &[u8], entries: &[(u16, u16, u32, u32)]) -> Vec<u8> {
    let mut file = b"II*\0".to_vec();
    file.extend((8 + before.len() as u32).to_le_bytes());
    file.extend(before);
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, n, value) in entries {
        file.extend(tag.to_le_bytes().into_iter().chain(kind.to_le_bytes()));
        file.extend(n.to_le_bytes().into_iter().chain(value.to_le_bytes()));
    }
    file.extend([0; 4]);
    file
}

#[test]
fn a_tiff_in_very_many_strips_is_refused_at_once() {
    let n_strips = 600_000_u32;
    let lists = [8_u32.to_le_bytes().repeat(n_strips as usize), 1_u32.to_le_bytes().repeat(n_strips as usize)].concat();
    let entries = [
        (256, 4, 1, 1),
        (257, 4, 1, n_strips),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, n_strips, 8),
        (277, 3, 1, 1),
        (278, 4, 1, 1),
        (279, 4, n_strips, 8 + 4 * n_strips),
    ];
    let start = Instant::now();
    let text = open_bytes("a.tif", tiff_of_entries(&lists, &entries)).unwrap_err().to_string();
    assert_eq!(
        text,
        "The picture is stored in 600000 strips or tiles, more than the limit of 500000. Convert it to PNG: a.tif"
    );
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn directories_that_lie_over_each_other_are_counted_in_bounded_time() {
    // Each directory starts an entry later than the one before, and all are as long as can be.
    let (n_directories, n_entries) = (10_000_usize, 60_000_usize);
    let entry = |(tag, value): (u16, u16)| [tag, 3, 1, 0, value, n_entries as u16].map(u16::to_le_bytes).concat();
    let tags =
        [(256, 16), (257, 16), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 16), (279, 256), (254, 0)];
    let mut file = [b"II*\0\x08\0\0\0".as_slice(), &(n_entries as u16).to_le_bytes()].concat();
    file.extend(tags.into_iter().cycle().take(n_entries + n_directories).flat_map(entry));
    for nth in 0..n_directories - 1 {
        let (at, next) = (8 + 12 * nth + 2 + 12 * n_entries, 8 + 12 * (nth as u32 + 1));
        file[at..at + 4].copy_from_slice(&next.to_le_bytes());
    }
    let start = Instant::now();
    let _ = open_bytes("a.tif", file);
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn a_tiff_s_profile_counts_whatever_type_it_is_told_as() {
    let mut swapped = ColorProfile::new_srgb();
    std::mem::swap(&mut swapped.red_colorant, &mut swapped.blue_colorant);
    let profile = swapped.encode().unwrap();
    for kind in [1, 7] {
        let before = [&[220, 30, 40, 0, 8, 0, 8, 0, 8, 0], profile.as_slice()].concat();
        let entries = [
            (256, 4, 1, 1),
            (257, 4, 1, 1),
            (258, 3, 3, 12),
            (259, 3, 1, 1),
            (262, 3, 1, 2),
            (273, 4, 1, 8),
            (277, 3, 1, 3),
            (278, 4, 1, 1),
            (279, 4, 1, 3),
            (34_675, kind, profile.len() as u32, 18),
        ];
        let got = open("a.tif", tiff_of_entries(&before, &entries)).pixels.get_pixel(0, 0).0;
        assert!(std::iter::zip(got, [40, 30, 220]).all(|(a, b): (u8, u8)| a.abs_diff(b) <= 3), "{kind}: {got:?}");
    }
}

#[test]
fn what_is_multiplied_by_alpha_is_divided_by_it() {
    let alphas = [51, 128, 255, 0];
    let page = RgbaImage::from_fn(2, 2, |x, y| {
        let nth = (2 * y + x) as u8;
        Rgba([40 + nth / 3, 20 * x as u8, 128, alphas[usize::from(nth)]])
    });
    let of = |opened: &Picture| [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(x, y)| opened.pixels.get_pixel(x, y).0);
    // Pillow 13 gives these.
    let associated = open("a.tif", tiff_of(std::slice::from_ref(&page), 1, 1));
    assert_eq!(of(&associated), [[200, 0, 255], [79, 39, 255], [40, 0, 128], [41, 20, 128]]);
    let separate = open("a.tif", tiff_of(&[page], 2, 1));
    assert_eq!(of(&separate), [[40, 0, 128], [40, 20, 128], [40, 0, 128], [41, 20, 128]]);
}

#[test]
fn a_tiff_is_turned_too() {
    let page = RgbaImage::from_fn(4, 2, |x, y| Rgba([x as u8 * 10, y as u8 * 10, 0, 255]));
    let turned = open("a.tif", tiff_of(&[page], 2, 6));
    assert_eq!(turned.pixels.dimensions(), (2, 4));
    // The upper left corner was stored lower left.
    assert_eq!(turned.pixels.get_pixel(0, 0).0, [0, 10, 0]);
}

#[test]
fn colours_of_a_profile_come_out_in_srgb() {
    let mut swapped = ColorProfile::new_srgb();
    std::mem::swap(&mut swapped.red_colorant, &mut swapped.blue_colorant);
    let colours = [[200_u8, 100, 50], [90, 180, 120], [128, 128, 128], [60, 90, 200]];
    let stored = RgbImage::from_fn(4, 1, |x, _| Rgb(colours[x as usize]));
    let with = |profile: &[u8]| {
        let mut bytes = Vec::new();
        let mut encoder = PngEncoder::new(&mut bytes);
        encoder.set_icc_profile(profile.to_vec()).unwrap();
        encoder.write_image(&stored, 4, 1, ExtendedColorType::Rgb8).unwrap();
        open("a.png", bytes)
    };
    let is_near = |opened: &Picture, wanted: [[u8; 3]; 4]| {
        opened.pixels.iter().zip(wanted.as_flattened()).all(|(a, b)| a.abs_diff(*b) <= 2)
    };
    assert!(is_near(&with(&swapped.encode().unwrap()), colours.map(|[r, g, b]| [b, g, r])));
    // By the matrices of the two, in numpy.
    let p3 = with(&ColorProfile::new_display_p3().encode().unwrap());
    let wanted = [[215, 93, 31], [41, 183, 114], [128, 128, 128], [50, 91, 207]];
    assert!(is_near(&p3, wanted), "{:?}", p3.pixels);
    assert_eq!(*with(&ColorProfile::new_srgb().encode().unwrap()).pixels, stored);

    let unread = with(b"no profile at all");
    assert_eq!(*unread.pixels, stored);
    assert_eq!(unread.notes, ["a.png has a colour profile that can't be read; its colours may be off"]);
}

#[test]
fn a_jpeg_s_profile_counts_as_well() {
    let mut swapped = ColorProfile::new_srgb();
    std::mem::swap(&mut swapped.red_colorant, &mut swapped.blue_colorant);
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 100);
    encoder.set_icc_profile(swapped.encode().unwrap()).unwrap();
    let red = RgbImage::from_pixel(16, 16, Rgb([220, 30, 40]));
    encoder.write_image(&red, 16, 16, ExtendedColorType::Rgb8).unwrap();
    let got = open("a.jpg", bytes).pixels.get_pixel(8, 8).0;
    assert!(std::iter::zip(got, [40, 30, 220]).all(|(a, b): (u8, u8)| a.abs_diff(b) <= 3), "{got:?}");
}

/// A ring in a colour, clear elsewhere; what is clear has the colour `hidden`.
fn ring(colour: [u8; 3], hidden: [u8; 3]) -> RgbaImage {
    RgbaImage::from_fn(64, 64, |x, y| {
        let distance = ((x as f32 - 32.0).powi(2) + (y as f32 - 32.0).powi(2)).sqrt();
        let alpha = (255.0 * (6.0 - (distance - 20.0).abs()).clamp(0.0, 1.0)) as u8;
        let [r, g, b] = if alpha == 0 { hidden } else { colour };
        Rgba([r, g, b, alpha])
    })
}

#[test]
fn a_drawing_in_alpha_is_shown_opened_and_pasted_alike() {
    // As the clipboard gives it: multiplied by alpha, so that what is clear is black.
    let pasted = |picture: &RgbaImage| {
        let clipped = picture.pixels().flat_map(|p| if p[3] == 0 { [0; 4] } else { p.0 }).collect();
        without_alpha(clipped, picture.width(), picture.height()).unwrap()
    };
    let at = |picture: &RgbImage| [picture.get_pixel(0, 0).0, picture.get_pixel(32, 12).0];
    let (black, white, blue) = ([0; 3], [255; 3], [20, 40, 200]);
    for (colour, hidden, ground) in [
        (black, black, white),
        (black, white, white),
        (white, white, black),
        (white, black, black),
        (blue, black, white),
    ] {
        let drawing = ring(colour, hidden);
        let opened = open("a.png", png(drawing.clone()));
        assert_eq!(at(&opened.pixels), [ground, colour]);
        assert_eq!(*opened.pixels, pasted(&drawing));
        let name = if ground == white { "white" } else { "black" };
        assert_eq!(opened.notes, [format!("a.png is partly clear; it is shown on {name}")]);
    }
    // Two colours, one of which would vanish.
    let mut drawing = ring(black, black);
    drawing.enumerate_pixels_mut().filter(|(x, _, p)| *x < 32 && p[3] > 0).for_each(|(_, _, p)| p[0] = 200);
    assert_eq!(open("a.png", png(drawing.clone())).pixels.get_pixel(0, 0).0, white);
    assert_eq!(*open("a.png", png(drawing.clone())).pixels, pasted(&drawing));
}

#[test]
fn alpha_that_hides_nothing_is_dropped() {
    let sticker =
        RgbaImage::from_fn(64, 64, |x, y| Rgba([x as u8 + 90, y as u8 + 90, 99, if x < 20 { 0 } else { 255 }]));
    let opened = open("a.png", png(sticker.clone()));
    assert!(opened.notes.is_empty());
    assert!(opened.pixels.pixels().zip(sticker.pixels()).all(|(a, b)| a.0 == b.0[..3]));
    assert_eq!(without_alpha(vec![0; 15], 2, 2), None);
}

#[test]
fn a_picture_of_12_bits_in_16_is_brightened() {
    let deep = |brightest: u16| image::ImageBuffer::from_fn(8, 8, |x, _| image::Luma([brightest / 8 * (x as u16 + 1)]));
    let opened = |brightest| open("a.png", png(DynamicImage::ImageLuma16(deep(brightest))));
    let camera = opened(4000);
    assert_eq!(camera.notes, ["a.png uses only the lower 12 of its 16 bits; it is shown brightened"]);
    // 4000 and 500 of 4095.
    assert_eq!([camera.pixels.get_pixel(7, 0).0, camera.pixels.get_pixel(0, 0).0], [[249; 3], [31; 3]]);
    let full = opened(65_528);
    assert_eq!((full.notes.len(), full.pixels.get_pixel(7, 0).0), (0, [255; 3]));
    // How many bits these have nobody can tell.
    let dark = opened(1600);
    assert_eq!(dark.notes, ["a.png uses only the lower bits of its 16, so it is shown dark"]);
    assert_eq!(dark.pixels.get_pixel(7, 0).0, [6; 3]);
}

#[test]
fn alpha_of_16_bits_does_not_hide_that_colours_have_12() {
    let deep = image::ImageBuffer::from_fn(8, 8, |x, _| image::LumaA([585 * x as u16, u16::MAX]));
    let opened = open("a.png", png(DynamicImage::ImageLumaA16(deep)));
    assert_eq!(opened.notes, ["a.png uses only the lower 12 of its 16 bits; it is shown brightened"]);
    assert_eq!(opened.pixels.get_pixel(7, 0).0, [255; 3]);
}

#[test]
fn a_cut_qoi_gif_or_pnm_is_called_cut_off() {
    for format in [ImageFormat::Qoi, ImageFormat::Gif, ImageFormat::Pnm] {
        let bytes = encoded(&pattern(40, 30), format);
        let text = open_bytes("a", &bytes[..bytes.len() / 2]).unwrap_err().to_string();
        assert!(text.contains("is cut off before anything of the picture can be shown"), "{format:?}: {text}");
    }
}

fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn a_cut_bitmap_is_shown_in_part() {
    let light = RgbImage::from_fn(200, 150, |x, y| Rgb([100 + (x ^ y) as u8 % 99, 100 + (7 * x * y % 113) as u8, 200]));
    let bytes = encoded(&light, ImageFormat::Bmp);
    let whole = open("a", bytes.clone());
    let opened = open("a", bytes[..bytes.len() / 2].to_vec());
    assert_eq!(opened.notes, ["a is cut off; the upper part is missing"]);
    assert_eq!(opened.pixels.get_pixel(5, 149), whole.pixels.get_pixel(5, 149));
    assert_eq!(opened.pixels.dimensions(), (200, 150));
    assert_ne!(opened.pixels.get_pixel(5, 0), whole.pixels.get_pixel(5, 0));
    let text = open_bytes("a", &bytes[..20]).unwrap_err().to_string();
    assert!(text.contains("is cut off before anything"), "{text}");
}

#[test]
fn pages_that_are_not_counted_to_the_end_are_more() {
    // As many entries in each directory as can be, the directories one after the other: the walk ends at a million.
    let n_entries = 60_000_usize;
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    for nth in 0..20 {
        let entry = |tag: u16, value: u16| [tag, 3, 1, 0, value, 0].map(u16::to_le_bytes).concat();
        let own = [(256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 1), (279, 1)];
        file.extend((n_entries as u16).to_le_bytes());
        file.extend(own.into_iter().flat_map(|(tag, value)| entry(tag, value)));
        file.extend((own.len()..n_entries).flat_map(|_| entry(40_000, 0)));
        let next = if nth == 19 { 0 } else { file.len() as u32 + 4 };
        file.extend(next.to_le_bytes());
    }
    assert_eq!(open("a.tif", file).notes, ["a.tif has more than 16 pages; the first is taken"]);
}
