//! How wide this machine computes, found out once at run time.
//!
//! Programs are built for any machine of their family; these are the instruction sets worth a second and third
//! compilation. Everything else runs on what the compiler takes for granted.

#[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
use std::sync::OnceLock;

/// Instructions for f32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FloatWidth {
    /// AVX-512: 16 values at once.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// AVX2 with fused multiply-add: 8 values at once.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// NEON: 4 values at once.
    #[cfg(target_arch = "aarch64")]
    Neon,
    /// What the compiler takes for granted.
    Portable,
}

/// Instructions for products of 8-bit integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IntWidth {
    /// AVX-512 with VNNI: 64 products an instruction.
    #[cfg(target_arch = "x86_64")]
    Vnni512,
    /// AVX-VNNI: 32 products an instruction.
    #[cfg(target_arch = "x86_64")]
    Vnni256,
    /// AVX2: 16 products an instruction.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// NEON with `sdot`: 16 products an instruction.
    #[cfg(target_arch = "aarch64")]
    NeonDot,
    /// What the compiler takes for granted.
    Portable,
}

impl FloatWidth {
    /// All that this machine can do, the best first.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn all_of_this_machine() -> &'static [Self] {
        static WIDTHS: OnceLock<Vec<FloatWidth>> = OnceLock::new();
        WIDTHS.get_or_init(|| {
            let has_avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            let has_avx512 = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl");
            let candidates = [(Self::Avx512, has_avx2 && has_avx512), (Self::Avx2, has_avx2), (Self::Portable, true)];
            candidates.into_iter().filter(|(_, is_there)| *is_there).map(|(width, _)| width).collect()
        })
    }

    /// All that this machine can do, the best first.
    #[cfg(target_arch = "aarch64")]
    pub(crate) fn all_of_this_machine() -> &'static [Self] {
        &[Self::Neon, Self::Portable]
    }

    #[cfg(not(any(target_arch = "aarch64", target_arch = "x86_64")))]
    pub(crate) fn all_of_this_machine() -> &'static [Self] {
        &[Self::Portable]
    }

    pub(crate) fn of_this_machine() -> Self {
        Self::all_of_this_machine()[0]
    }
}

impl IntWidth {
    /// All that this machine can do, the best first.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn all_of_this_machine() -> &'static [Self] {
        static WIDTHS: OnceLock<Vec<IntWidth>> = OnceLock::new();
        WIDTHS.get_or_init(|| {
            let has_avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            let has_avx512 = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
            let candidates = [
                (Self::Vnni512, has_avx512 && is_x86_feature_detected!("avx512vnni")),
                (Self::Vnni256, has_avx2 && is_x86_feature_detected!("avxvnni")),
                (Self::Avx2, has_avx2),
                (Self::Portable, true),
            ];
            candidates.into_iter().filter(|(_, is_there)| *is_there).map(|(width, _)| width).collect()
        })
    }

    /// All that this machine can do, the best first.
    #[cfg(target_arch = "aarch64")]
    pub(crate) fn all_of_this_machine() -> &'static [Self] {
        static HAS_DOT: OnceLock<bool> = OnceLock::new();
        let has_dot = *HAS_DOT.get_or_init(|| std::arch::is_aarch64_feature_detected!("dotprod"));
        if has_dot { &[Self::NeonDot, Self::Portable] } else { &[Self::Portable] }
    }

    #[cfg(not(any(target_arch = "aarch64", target_arch = "x86_64")))]
    pub(crate) fn all_of_this_machine() -> &'static [Self] {
        &[Self::Portable]
    }

    pub(crate) fn of_this_machine() -> Self {
        Self::all_of_this_machine()[0]
    }
}

/// Compiles a function once for each [`FloatWidth`] and calls the one for this machine.
///
/// In the body, `FMA` says whether a fused multiply-add is one instruction; see [`mul_add`].
macro_rules! for_all_widths {
    ($(#[$doc:meta])* $vis:vis fn $name:ident $(<$(const $size:ident),+>)? ($($arg:ident: $type:ty),* $(,)?) $body:block) => {
        $(#[$doc])*
        #[allow(unsafe_code, reason = "a function compiled for instructions that were detected is called")]
        $vis fn $name $(<$(const $size: usize),+>)? ($($arg: $type),*) {
            use $crate::kernels::simd::detect::FloatWidth;

            #[inline(always)]
            #[allow(clippy::inline_always, reason = "so that it is compiled for each width")]
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

            match FloatWidth::of_this_machine() {
                // SAFETY: this width is only given where these instructions were detected.
                #[cfg(target_arch = "x86_64")]
                FloatWidth::Avx512 => unsafe { avx512 $(::<$($size),+>)? ($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                FloatWidth::Avx2 => unsafe { avx2 $(::<$($size),+>)? ($($arg),*) },
                #[cfg(target_arch = "aarch64")]
                FloatWidth::Neon => body::<true, $($($size),+)?>($($arg),*),
                FloatWidth::Portable => {
                    body::<{ cfg!(target_arch = "aarch64") }, $($($size),+)?>($($arg),*);
                }
            }
        }
    };
}

pub(crate) use for_all_widths;

/// `a b + c`, rounded once if that is one instruction, otherwise twice.
#[inline(always)]
#[allow(clippy::inline_always, reason = "one instruction")]
pub(crate) fn mul_add<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}
