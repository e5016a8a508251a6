//! The colours of phrases and their boxes, and the contrast of text on them.
//!
//! The hues are those of Okabe and Ito ("Color Universal Design", 2008), which stay apart for colour-blind eyes; black
//! is left out, because it would pass for an outline, and a wine red of Paul Tol's "muted" scheme is added. Past the end
//! they repeat with dashed lines, and labels are numbered: colour is never the only cue.

use egui::Color32;

const PHRASE_COLOURS: [Color32; 8] = [
    Color32::from_rgb(0xe6, 0x9f, 0x00),
    Color32::from_rgb(0x56, 0xb4, 0xe9),
    Color32::from_rgb(0xcc, 0x79, 0xa7),
    Color32::from_rgb(0x00, 0x9e, 0x73),
    Color32::from_rgb(0xf0, 0xe4, 0x42),
    Color32::from_rgb(0x00, 0x72, 0xb2),
    Color32::from_rgb(0xd5, 0x5e, 0x00),
    Color32::from_rgb(0x88, 0x22, 0x55),
];

/// The colour of a phrase, by its place in the caption: the same in every run and on every surface.
#[must_use]
pub fn phrase_colour(index: usize) -> Color32 {
    PHRASE_COLOURS[index % PHRASE_COLOURS.len()]
}

/// Whether a phrase lies past the end of the colours: its boxes have dashed lines, besides their numbers.
#[must_use]
pub fn is_repeated(index: usize) -> bool {
    index >= PHRASE_COLOURS.len()
}

/// Black or white, whichever reads better on this colour; the contrast is at least 4.58 for any colour.
#[must_use]
pub fn text_on(plate: Color32) -> Color32 {
    if contrast(plate, Color32::BLACK) >= contrast(plate, Color32::WHITE) { Color32::BLACK } else { Color32::WHITE }
}

/// `share` (0..=1) of one opaque colour over another, mixed as the screen does.
#[must_use]
pub fn mix(over: Color32, under: Color32, share: f32) -> Color32 {
    let channel = |o: u8, u: u8| (f32::from(o) * share + f32::from(u) * (1.0 - share)).round() as u8;
    Color32::from_rgb(channel(over.r(), under.r()), channel(over.g(), under.g()), channel(over.b(), under.b()))
}

/// Contrast ratio of two opaque colours, 1..=21 (WCAG 2.2, "contrast ratio").
#[must_use]
pub fn contrast(a: Color32, b: Color32) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Relative luminance, 0..=1 (WCAG 2.2).
fn luminance(colour: Color32) -> f32 {
    let linear = |c: u8| {
        let c = f32::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_of_known_pairs() {
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 0.01);
        assert!((contrast(Color32::from_rgb(0x77, 0x77, 0x77), Color32::WHITE) - 4.48).abs() < 0.01);
    }

    #[test]
    fn plates_are_readable() {
        for index in 0..PHRASE_COLOURS.len() {
            let plate = phrase_colour(index);
            assert!(contrast(plate, text_on(plate)) >= 4.5, "{plate:?}");
        }
    }

    #[test]
    fn neighbours_differ() {
        for index in 0..20 {
            assert_ne!(phrase_colour(index), phrase_colour(index + 1));
        }
    }
}
