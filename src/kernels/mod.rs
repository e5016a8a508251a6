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

mod attention;
mod elementwise;
mod layout;
mod output;
mod par_fill;
mod product;
mod quantized;
pub mod roofline;
mod simd;
pub mod tensors;
mod threads;
mod tiles;

pub use elementwise::Activation;
pub use product::{Linear, products};
pub use quantized::{blocks::Blocks, matrix::Matrix, precision::Precision};
pub use threads::on_threads;
