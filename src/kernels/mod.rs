//! What is faster than the tensor library's own operations, and weights in fewer bits. The only unsafe code is here.
//!
//! [`Matrix`] packs weights 16 rows side by side in one of three [`Precision`]s, and [`tensors`] are the operations that
//! the network is made of. They compute on the CPU; on other devices the library does the same. Files that begin with
//! `x86_` or `aarch64_` hold instructions that not every machine has; which ones are used is found out at run time, and
//! tests hold all that the machine has against a naive twin.
//!
//! Times of products of the published decoder's width, with weights from memory, over those of the library's own (candle
//! 0.11.1: f32, `Q8_0`, `Q4K`), on two cores of an AMD EPYC with AVX-512 VNNI (`cargo bench --bench kernels -- "from memory"`):
//!
//! | tokens | f32 | 8 bits | 4 bits |
//! |---|---|---|---|
//! | 1 | 0.82 | 0.57 | 0.35 |
//! | 71 | 0.61 | 0.52 | 0.60 |
//! | 257 | 0.79 | 0.49 | 0.49 |

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
