//! Resizing, sample for sample as Pillow's bicubic filter does it.
//!
//! The published results were made on pictures resized by Pillow; a resize that is merely as good shifts samples by a
//! level and answers by a word. So this follows Pillow's `Resample.c` (version 11, its path for 8-bit channels; version
//! 13 takes columns before rows for some shapes that get flatter, and then differs by a few levels): Keys' cubic with
//! a = −0.5, stretched when shrinking so that no sample is skipped; weights in 22-bit fixed point; first along rows,
//! rounded to 8 bits, then along columns; an axis whose size stays is left alone.

use image::RgbImage;

/// Fraction bits of the weights: 8 bits of sample and 2 of headroom fill up 32.
const FRACTION_BITS: u32 = 32 - 8 - 2;

/// Half a level, so that shifting rounds.
const HALF: i32 = 1 << (FRACTION_BITS - 1);

/// Samples on each side of the centre that the filter reaches, at scale 1.
const REACH: f64 = 2.0;

/// The input samples that make one output sample.
struct Taps {
    /// The first input sample.
    first: usize,
    /// Its weight and those of the samples after it, in fixed point.
    weights: Vec<i32>,
}

/// Resizes to exactly this size, whatever the proportions.
#[must_use]
pub fn resize(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    let narrowed = (width != picture.width()).then(|| resize_rows(picture, width));
    let picture = narrowed.as_ref().unwrap_or(picture);
    if height == picture.height() { picture.clone() } else { resize_columns(picture, height) }
}

fn resize_rows(picture: &RgbImage, width: u32) -> RgbImage {
    let taps = taps_of_axis(picture.width(), width);
    let mut resized = RgbImage::new(width, picture.height());
    let source_rows = picture.chunks_exact(row_bytes(picture));
    let target_bytes = row_bytes(&resized);
    for (target, source) in resized.chunks_exact_mut(target_bytes).zip(source_rows) {
        let (target, _) = target.as_chunks_mut::<3>();
        let (source, _) = source.as_chunks::<3>();
        for (target, taps) in target.iter_mut().zip(&taps) {
            *target = weighted(source, taps);
        }
    }
    resized
}

/// One pixel from its neighbours in a row. Three sums side by side keep the multiplier busy.
fn weighted(row: &[[u8; 3]], taps: &Taps) -> [u8; 3] {
    let [mut red, mut green, mut blue] = [HALF; 3];
    for (&[r, g, b], &weight) in row.get(taps.first..).unwrap_or_default().iter().zip(&taps.weights) {
        red += i32::from(r) * weight;
        green += i32::from(g) * weight;
        blue += i32::from(b) * weight;
    }
    [level(red), level(green), level(blue)]
}

fn resize_columns(picture: &RgbImage, height: u32) -> RgbImage {
    let taps = taps_of_axis(picture.height(), height);
    let mut resized = RgbImage::new(picture.width(), height);
    let n_bytes = row_bytes(picture);
    let mut sums = vec![HALF; n_bytes];
    for (target, taps) in resized.chunks_exact_mut(n_bytes).zip(&taps) {
        sums.fill(HALF);
        for (source, &weight) in picture.chunks_exact(n_bytes).skip(taps.first).zip(&taps.weights) {
            for (sum, &sample) in sums.iter_mut().zip(source) {
                *sum += i32::from(sample) * weight;
            }
        }
        for (target, &sum) in target.iter_mut().zip(&sums) {
            *target = level(sum);
        }
    }
    resized
}

/// Bytes of one row; 1 for a picture without width, which has no rows to walk but must not divide by zero.
fn row_bytes(picture: &RgbImage) -> usize {
    (picture.width() as usize * 3).max(1)
}

/// A sum of weighted samples as a sample again.
fn level(sum: i32) -> u8 {
    (sum >> FRACTION_BITS).clamp(0, 255) as u8
}

/// The taps of each sample of an axis that goes from `n_source` to `n_target` samples.
fn taps_of_axis(n_source: u32, n_target: u32) -> Vec<Taps> {
    let scale = f64::from(n_source) / f64::from(n_target);
    let stretch = scale.max(1.0);
    (0..n_target).map(|i| taps_around((f64::from(i) + 0.5) * scale, stretch, n_source as usize)).collect()
}

/// The taps of a sample whose centre lies at `centre` in the source, with the filter made `stretch` times as wide.
fn taps_around(centre: f64, stretch: f64, n_source: usize) -> Taps {
    let reach = REACH * stretch;
    // Casts of what is below zero give zero, the first sample.
    let first = (centre - reach + 0.5) as usize;
    let end = ((centre + reach + 0.5) as usize).min(n_source);
    // Stretching multiplies by the inverse, as the original does: a division would round differently.
    let squeeze = 1.0 / stretch;
    let weights: Vec<f64> = (first..end).map(|i| cubic((i as f64 - centre + 0.5) * squeeze)).collect();
    let total: f64 = weights.iter().sum();
    let norm = if total == 0.0 { 1.0 } else { total };
    Taps { first, weights: weights.into_iter().map(|w| fixed_point(w / norm)).collect() }
}

/// Rounds half away from zero.
fn fixed_point(weight: f64) -> i32 {
    let scaled = weight * f64::from(1 << FRACTION_BITS);
    (scaled + 0.5_f64.copysign(weight)) as i32
}

/// Keys' cubic convolution kernel with a = −0.5, written out in the original's order of operations.
fn cubic(x: f64) -> f64 {
    const A: f64 = -0.5;
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use proptest::prelude::*;

    use super::*;

    fn noise(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let mixed = (x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77)).wrapping_mul(0xc2b2_ae3d);
            Rgb([(mixed >> 8) as u8, (mixed >> 16) as u8, (mixed >> 24) as u8])
        })
    }

    #[test]
    fn weights_of_a_sample_add_up_to_one() {
        for (source, target) in [(1, 224), (2, 3), (89, 224), (225, 224), (6000, 224), (100_000, 7)] {
            for taps in taps_of_axis(source, target) {
                let total: i32 = taps.weights.iter().sum();
                let off = (total - (1 << FRACTION_BITS)).unsigned_abs() as usize;
                assert!(off <= taps.weights.len(), "{source} to {target}: {off} off");
            }
        }
    }

    #[test]
    fn a_size_that_stays_is_left_alone() {
        let picture = noise(31, 17);
        assert_eq!(resize(&picture, 31, 17), picture);
    }

    #[test]
    fn an_edge_overshoots_and_is_clipped() {
        let edge = RgbImage::from_fn(8, 1, |x, _| Rgb(if x < 4 { [0; 3] } else { [255; 3] }));
        let row: Vec<u8> = resize(&edge, 16, 1).pixels().map(|p| p[0]).collect();
        // Pillow 13 gives these.
        assert_eq!(row, [0, 0, 0, 0, 0, 0, 0, 52, 203, 255, 255, 255, 255, 255, 255, 255]);
    }

    proptest! {
        #[test]
        fn any_size_goes_to_any_size((w, h) in (0_u32..70, 0_u32..70), (tw, th) in (0_u32..300, 0_u32..300)) {
            prop_assert_eq!(resize(&noise(w, h), tw, th).dimensions(), (tw, th));
        }

        #[test]
        fn a_plain_colour_stays(
            colour: [u8; 3],
            (w, h) in (1_u32..400, 1_u32..60),
            (tw, th) in (1_u32..300, 1_u32..300),
        ) {
            let resized = resize(&RgbImage::from_pixel(w, h, Rgb(colour)), tw, th);
            prop_assert!(resized.pixels().all(|p| p.0 == colour));
        }
    }
}
