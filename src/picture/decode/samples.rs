//! From a decoder's samples to 8-bit RGB, in the memory they came in.
//!
//! As Pillow's `convert("RGB")`: alpha is dropped, not blended; of 16 bits the upper 8 stay. Two things are done
//! otherwise: where alpha has the drawing, dropping it would leave one dark plane, and 16 bits that hold 12 are brightened.

use std::ops::RangeInclusive;

use image::{ColorType, RgbImage};

/// Where the brightest of all 16-bit samples lies in a picture that a camera or a scanner of 12 bits took. Told by its 16
/// bits the whole would be darker than 16 of 255, which no picture that is worth looking at is. What is darker than this
/// may hold any number of bits, or be numbers of labels rather than brightness: it stays as it is.
const TWELVE_BITS: RangeInclusive<u16> = 2048..=4095;

/// Pixels that are drawn in the colour of what is clear, one of so many: more, and dropping alpha would hide them.
const MOST_HIDDEN: usize = 20;

/// Brightness from which a drawing is shown on black rather than white.
const BRIGHT: usize = 170;

/// Decoded samples, pixel by pixel, at the front of a buffer that also has room for RGB.
pub(super) struct Samples {
    buffer: Vec<u8>,
    size: (u32, u32),
    n_pixels: usize,
    n_channels: usize,
    depth: Depth,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Bits8,
    Bits16,
    Float,
}

impl Samples {
    pub(super) fn new(buffer: Vec<u8>, colour: ColorType, size: (u32, u32)) -> Self {
        let n_channels = usize::from(colour.channel_count());
        let depth = match usize::from(colour.bytes_per_pixel()) / n_channels {
            1 => Depth::Bits8,
            2 => Depth::Bits16,
            _ => Depth::Float,
        };
        Self { buffer, size, n_pixels: size.0 as usize * size.1 as usize, n_channels, depth }
    }

    /// Whether there is one channel beside alpha.
    pub(super) fn is_grey(&self) -> bool {
        self.n_channels < 3
    }

    /// Brings samples to 8 bits. A remark, if they seem to hold less than their format says.
    pub(super) fn narrow(&mut self) -> Option<&'static str> {
        let n = self.n_pixels * self.n_channels;
        let brightest = if self.depth == Depth::Bits16 { self.brightest() } else { 0 };
        let is_12_bits = TWELVE_BITS.contains(&brightest);
        match self.depth {
            Depth::Bits8 => {}
            Depth::Bits16 => {
                for i in 0..n {
                    let Some(&bytes) = self.buffer.get(2 * i..).and_then(<[u8]>::first_chunk) else { break };
                    let sample = u16::from_ne_bytes(bytes);
                    let is_colour = is_12_bits && !self.is_alpha(i);
                    self.buffer[i] = if is_colour { from_12_bits(sample) } else { (sample >> 8) as u8 };
                }
            }
            Depth::Float => {
                for i in 0..n {
                    let Some(bytes) = self.buffer.get(4 * i..).and_then(<[u8]>::first_chunk) else { break };
                    self.buffer[i] = (f32::from_ne_bytes(*bytes).clamp(0.0, 1.0) * 255.0).round() as u8;
                }
            }
        }
        self.depth = Depth::Bits8;
        match brightest {
            _ if is_12_bits => Some("uses only the lower 12 of its 16 bits; it is shown brightened"),
            256.. if brightest < *TWELVE_BITS.start() => {
                Some("uses only the lower bits of its 16, so it is shown dark")
            }
            _ => None,
        }
    }

    /// The highest of 16-bit samples, alpha left aside.
    fn brightest(&self) -> u16 {
        let (samples, _) = self.buffer.as_chunks::<2>();
        let samples = samples.iter().take(self.n_pixels * self.n_channels).enumerate();
        let colours = samples.filter(|(i, _)| !self.is_alpha(*i));
        colours.map(|(_, bytes)| u16::from_ne_bytes(*bytes)).max().unwrap_or(0)
    }

    fn is_alpha(&self, nth_sample: usize) -> bool {
        self.n_channels.is_multiple_of(2) && nth_sample % self.n_channels == self.n_channels - 1
    }

    /// Colour and alpha of each pixel; nothing if there is no alpha.
    fn pixels_with_alpha(&mut self) -> impl Iterator<Item = (&mut [u8], u8)> {
        let n = self.n_channels;
        let n_bytes = if n.is_multiple_of(2) { self.n_pixels * n } else { 0 };
        let pixels = self.buffer.get_mut(..n_bytes).unwrap_or_default().chunks_exact_mut(n);
        pixels.filter_map(|pixel| pixel.split_last_mut().map(|(alpha, colour)| (colour, *alpha)))
    }

    /// Takes out what was multiplied in: colours as if nothing were clear.
    pub(super) fn divide_by_alpha(&mut self) {
        for (colour, alpha) in self.pixels_with_alpha().filter(|(_, alpha)| ![0, 255].contains(alpha)) {
            for level in colour {
                *level = (255 * u32::from(*level) / u32::from(alpha)).min(255) as u8;
            }
        }
    }

    /// Blends over a plain ground what dropping alpha would hide: drawings in one colour, and those in the colour that
    /// clear pixels happen to have. A remark, if it was done.
    pub(super) fn show_strokes(&mut self) -> Option<&'static str> {
        let ground = self.ground()?;
        for (colour, alpha) in self.pixels_with_alpha() {
            for level in colour {
                let sum = u32::from(*level) * u32::from(alpha) + u32::from(ground) * (255 - u32::from(alpha));
                *level = ((sum + 127) / 255) as u8;
            }
        }
        Some(if ground == 0 {
            "is partly clear; it is shown on black"
        } else {
            "is partly clear; it is shown on white"
        })
    }

    /// The level of the ground that shows the drawing; `None` if it needs none.
    fn ground(&mut self) -> Option<u8> {
        // Grey or colour: as three levels, and alpha.
        let rgb = |colour: &[u8]| -> [u8; 3] { colour.first_chunk().copied().unwrap_or([colour[0]; 3]) };
        let mut first_clear = None;
        let mut is_opaque = true;
        for (colour, alpha) in self.pixels_with_alpha() {
            is_opaque &= alpha == 255;
            if alpha == 0 {
                first_clear = Some(rgb(colour));
                break;
            }
        }
        if is_opaque {
            return None;
        }
        let (mut clear, mut drawn, mut alphas) = (Same::Nothing, Same::Nothing, Same::Nothing);
        let (mut n_drawn, mut n_as_clear, mut brightness) = (0, 0, 0);
        for (colour, alpha) in self.pixels_with_alpha() {
            let colour = rgb(colour);
            alphas.add([alpha; 3]);
            if alpha == 0 {
                clear.add(colour);
            } else {
                drawn.add(colour);
                n_drawn += 1;
                n_as_clear += usize::from(first_clear == Some(colour));
                brightness += colour.iter().map(|&level| usize::from(level)).sum::<usize>() / 3;
            }
        }
        let ground = if brightness > BRIGHT * n_drawn { 0 } else { 255 };
        let is_hidden = match (clear, drawn) {
            (_, Same::One(_)) => matches!(alphas, Same::Several),
            (Same::One(_), _) => n_as_clear * MOST_HIDDEN > n_drawn,
            _ => false,
        };
        is_hidden.then_some(ground)
    }

    /// Drops alpha and spreads grey. `None` if the size does not fit.
    pub(super) fn into_rgb(mut self) -> Option<RgbImage> {
        let n = self.n_channels;
        match n {
            3 => {}
            // What is read lies behind what is written.
            4 => (0..self.n_pixels).for_each(|i| self.buffer.copy_within(4 * i..4 * i + 3, 3 * i)),
            _ => {
                for i in (0..self.n_pixels).rev() {
                    let level = self.buffer[n * i];
                    self.buffer[3 * i..3 * i + 3].fill(level);
                }
            }
        }
        self.buffer.truncate(3 * self.n_pixels);
        RgbImage::from_raw(self.size.0, self.size.1, self.buffer)
    }
}

/// The nearest level.
fn from_12_bits(sample: u16) -> u8 {
    ((u32::from(sample) * 255 + 2047) / 4095) as u8
}

/// Whether several colours are one.
#[derive(Clone, Copy)]
enum Same {
    Nothing,
    One([u8; 3]),
    Several,
}

impl Same {
    fn add(&mut self, colour: [u8; 3]) {
        *self = match *self {
            Self::Nothing => Self::One(colour),
            Self::One(known) if known == colour => Self::One(known),
            _ => Self::Several,
        };
    }
}

/// A picture of RGB with alpha, as from the clipboard, as it would look if it were opened from a file: the same choice of
/// when alpha is dropped. `None` if the bytes are not as many as the size says.
#[must_use]
pub fn without_alpha(rgba: Vec<u8>, width: u32, height: u32) -> Option<RgbImage> {
    let n_pixels = (width as usize).checked_mul(height as usize)?;
    if rgba.len() != n_pixels.checked_mul(4)? {
        return None;
    }
    let mut samples = Samples::new(rgba, ColorType::Rgba8, (width, height));
    let _ = samples.show_strokes();
    samples.into_rgb()
}
