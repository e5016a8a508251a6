//! What is faster than the tensor library's own operations, and weights in fewer bits. The only unsafe code is here.
//!
//! [`Matrix`] packs weights 16 rows side by side in one of three [`Precision`]s, and [`tensors`] are the operations that
//! the network is made of. They compute on the CPU; on other devices the library does the same. Files that begin with
//! `x86_` or `aarch64_` hold instructions that not every machine has; which ones are used is found out at run time, and
//! tests hold all that the machine has against a naive twin.
//!
//! Times of the published decoder's products over those of the library's own (candle 0.11.1: f32, `Q8_0`, `Q4K`), taken
//! in turns on two cores of an AMD EPYC with AVX-512 VNNI, of which other programs took a share:
//!
//! | tokens | f32 | 8 bits | 4 bits |
//! |---|---|---|---|
//! | 1 | 0.51 | 0.21 | 0.20 |
//! | 71 | 0.72 | 0.25 | 0.28 |
//! | 257 | 0.50 | 0.34 | 0.42 |

#[cfg(target_arch = "aarch64")]
mod aarch64_neon;
mod activations;
mod attention;
mod blocks;
mod columns;
mod elementwise;
mod filled;
pub mod limits;
mod lines;
mod matrix;
mod precision;
mod product;
mod round;
mod shrink;
pub mod tensors;
mod threads;
mod tile_f32;
mod tile_int;
mod width;
#[cfg(target_arch = "x86_64")]
mod x86_avx2;
#[cfg(target_arch = "x86_64")]
mod x86_avx512;

pub use blocks::Blocks;
pub use elementwise::Activation;
pub use matrix::Matrix;
pub use precision::Precision;
pub use product::{Linear, products};
pub use threads::on_threads;
