//! The innermost parts of products, whose sums all stay in registers: in f32 and in integers, for each instruction set.

#[cfg(target_arch = "aarch64")]
mod aarch64_neon;
#[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
mod by_tokens;
pub(super) mod float;
pub(super) mod int;
pub(super) mod quantized_input;
pub(super) mod unpack;
#[cfg(target_arch = "x86_64")]
mod x86_avx2;
#[cfg(target_arch = "x86_64")]
pub(super) mod x86_avx512;
