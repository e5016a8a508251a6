//! Very large pictures in the window: they open, boxes stay exact, and every pixel can be seen.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;
use image::{Rgb, RgbImage};
use kosmoscope::{
    picture::PictureSource,
    ui::{App, PictureAction},
    worker::Event,
};

use crate::support::window::{Window, answer, info, window};

const GREY: Rgb<u8> = Rgb([60, 60, 60]);
/// Lone pixels of this colour vanish in any reduced size.
const DOT: Rgb<u8> = Rgb([255, 0, 0]);

fn open(window: &mut Window, pixels: RgbImage) {
    window.apply(Event::Ready(info()));
    window.edit(|form| form.run_on_open = false);
    let source = PictureSource::Pixels { name: "large".to_owned(), pixels: Arc::new(pixels) };
    window.perform(PictureAction::Open(vec![source]));
    window.wait_until(App::is_fully_shown);
}

/// Screen pixels that are about the dot's colour.
fn n_dots(window: &mut Window) -> usize {
    let screen = window.render().unwrap();
    screen.pixels().filter(|pixel| pixel.0[0] > 240 && pixel.0[1] < 20 && pixel.0[2] < 20).count()
}

#[test]
fn a_picture_of_100_megapixels_opens_and_shows_each_pixel_as_a_square() {
    let (width, height) = (12_000, 8_400);
    let mut pixels = RgbImage::from_pixel(width, height, GREY);
    pixels.put_pixel(width / 2, height / 2, DOT);
    let mut window = window();
    open(&mut window, pixels);
    assert_eq!(n_dots(&mut window), 0, "reduced");
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num0);
    window.run();
    assert_eq!(n_dots(&mut window), 1, "at its own size");
    for _ in 0..7 {
        window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Equals);
        window.run();
    }
    // 1.25 to the seventh is 4.77 pixels on each side.
    let n_pixels = n_dots(&mut window);
    assert!((16..=25).contains(&n_pixels), "one pixel became {n_pixels}");
}

#[test]
fn a_picture_wider_than_any_texture_opens_and_its_boxes_are_exact() {
    let (width, height) = (40_000, 400);
    let mut window = window();
    open(&mut window, RgbImage::from_pixel(width, height, GREY));
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: answer() });
    let canvas = window.get_by_label("Picture large, 40000 × 400 pixels").rect();
    let factor = window.state().zoom().unwrap();
    let tree = window.get_by_label("box 1 of 1, a tree, right").rect();
    let left = canvas.center().x - width as f32 * factor / 2.0;
    assert!((tree.left() - (left + 0.6 * width as f32 * factor)).abs() < 0.5, "{tree:?}");
    assert!((tree.width() - 0.36 * width as f32 * factor).abs() < 0.5, "{tree:?}");
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num0);
    window.run();
    assert_eq!(window.state().zoom(), Some(1.0));
}
