//! Rounding to the nearest integer in a form that every machine does many at a time.

/// Adding it to a number below 2²² leaves the nearest integer in the lowest bits.
const ROUNDING: f32 = 12_582_912.0;

/// The nearest integer, the even one of two; the size of `x` must be below 2²².
#[inline(always)]
#[allow(clippy::inline_always, reason = "two instructions, within loops compiled for several instruction sets")]
pub(crate) fn round(x: f32) -> i32 {
    (x + ROUNDING).to_bits() as i32 - ROUNDING.to_bits() as i32
}
