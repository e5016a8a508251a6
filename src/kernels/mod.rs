//! What is faster than the tensor library's own operations, and weights in fewer bits. The only unsafe code is here.
//!
//! [`Matrix`] packs weights 16 rows side by side in one of three [`Precision`]s, and [`tensors`] are the operations that
//! the network is made of. They compute on the CPU; on other devices the library does the same. Files that begin with
//! `x86_` hold instructions that not every machine has; which ones are used is found out at run time, and tests hold
//! all that the machine has against a naive twin.
//!
//! Ratios of time against the library's own (candle 0.11.1), on two cores of an AMD EPYC with AVX-512 VNNI, over the
//! products of the published decoder (1.21 G weights):
//!
//! | | f32 | 8 bits | 4 bits |
//! |---|---|---|---|
//! | one token | TODO | TODO | TODO |
//! | 71 tokens | TODO | TODO | TODO |

mod activations;
mod attention;
mod columns;
mod elementwise;
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

pub use matrix::Matrix;
pub use precision::Precision;
pub use product::{Linear, products};
pub use threads::on_threads;
