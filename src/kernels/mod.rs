//! CPU kernels: matrix products (GEMM) with quantized weights, attention and the like, where ours are faster than the tensor
//! library's. The only unsafe code is here, and the address sanitizer shows whether it stays inside its memory:
//! `RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address cargo test --release --lib --target x86_64-unknown-linux-gnu kernels`.
//!
//! [`Matrix`] packs weights 16 rows side by side in one of three [`Precision`]s: in f32, or quantized to 8 or 4 bits with a
//! scale for each block. [`Blocks`] are the quantized formats of GGUF files. [`tensors`] are the operations that the network is
//! made of; on other devices than the CPU the library does the same. Where to look:
//!
//! - `quantized/`: the number formats of weights, and how weights are quantized to them: to the nearest level, or in four bits by
//!   what that does to outputs (`calibration.rs` has what is needed of the inputs).
//! - `room.rs`, `par_fill.rs`: the memory of weights, and how it is filled, from values or from packed bytes of a file.
//! - `product.rs`, `attention.rs`, `elementwise.rs`: the operations, shared out over the threads.
//! - `tiles/`: the innermost parts of products. `x86_` and `aarch64_` files are made of instructions that not every machine has.
//! - `simd/`: which instructions this machine has. Code that uses them takes a value that proves it, and only detection at run
//!   time makes such a value. Tests hold everything that the machine can run against a naive twin.
//! - `roofline.rs`: how fast the machine itself is, which is the most that a kernel can reach.
//!
//! Times of products of the published decoder's width, with weights from memory, over those of the library's own (candle
//! 0.11.1: f32, `Q8_0`, `Q4K`), on two cores of an AMD EPYC with AVX-512 VNNI (`cargo bench --bench kernels -- "from memory"`):
//!
//! | tokens (1: decode, 71: prefill, 257: a picture) | f32 | 8 bits | 4 bits |
//! |---|---|---|---|
//! | 1 | 0.82 | 0.57 | 0.35 |
//! | 71 | 0.61 | 0.52 | 0.60 |
//! | 257 | 0.79 | 0.49 | 0.49 |

mod attention;
mod calibration;
mod elementwise;
mod layout;
mod output;
mod par_fill;
mod product;
mod quantized;
pub mod roofline;
mod room;
mod simd;
pub mod tensors;
mod threads;
mod tiles;

pub use attention::WORTH_PACKING;
pub use elementwise::Activation;
pub use product::{Linear, products};
pub use quantized::{blocks::Blocks, hessian::Hessian, matrix::Matrix, precision::Precision};
pub use threads::{NoThreads, choose_threads, on_threads, start_threads};
