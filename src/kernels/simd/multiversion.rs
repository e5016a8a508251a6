//! Functions that are compiled once for each instruction set: the compiler makes vectors of the same code.

/// Compiles a function once for each [`super::detect::FloatSimd`] and calls the one for this machine.
///
/// In the body, `FMA` says whether a fused multiply-add is one instruction; see [`mul_add`].
macro_rules! multiversion {
    ($(#[$doc:meta])* $vis:vis fn $name:ident $(<$(const $size:ident),+>)? ($($arg:ident: $type:ty),* $(,)?) $body:block) => {
        $(#[$doc])*
        #[allow(unsafe_code, reason = "a function compiled for instructions that were detected is called")]
        $vis fn $name $(<$(const $size: usize),+>)? ($($arg: $type),*) {
            use $crate::kernels::simd::detect::FloatSimd;

            #[inline(always)]
            #[allow(clippy::inline_always, reason = "so that it is compiled for each instruction set")]
            #[allow(clippy::extra_unused_type_parameters, reason = "not every body multiplies and adds")]
            fn body<const FMA: bool, $($(const $size: usize),+)?>($($arg: $type),*) $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
            fn avx512 $(<$(const $size: usize),+>)? ($($arg: $type),*) {
                body::<true, $($($size),+)?>($($arg),*);
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2 $(<$(const $size: usize),+>)? ($($arg: $type),*) {
                body::<true, $($($size),+)?>($($arg),*);
            }

            match FloatSimd::of_this_machine() {
                // SAFETY: the variant holds the proof that the machine has these instructions.
                #[cfg(target_arch = "x86_64")]
                FloatSimd::Avx512(_) => unsafe { avx512 $(::<$($size),+>)? ($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                FloatSimd::Avx2(_) => unsafe { avx2 $(::<$($size),+>)? ($($arg),*) },
                #[cfg(target_arch = "aarch64")]
                FloatSimd::Neon => body::<true, $($($size),+)?>($($arg),*),
                FloatSimd::Portable => {
                    body::<{ cfg!(target_arch = "aarch64") }, $($($size),+)?>($($arg),*);
                }
            }
        }
    };
}

pub(crate) use multiversion;

/// `a b + c`, rounded once if that is one instruction, otherwise twice.
#[inline(always)]
#[allow(clippy::inline_always, reason = "one instruction")]
pub(crate) fn mul_add<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}
