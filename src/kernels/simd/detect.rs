//! Which instruction sets (SIMD) this machine has, found out once at run time.
//!
//! Programs are built for any machine of their family; these are the instruction sets worth a second and third
//! compilation. Everything else runs on what the compiler takes for granted.
//!
//! [`Avx2`] and its like are proofs: they hold nothing and cost nothing, and only detection makes one. A function that takes
//! a proof may be called by anybody, whatever instructions it is made of.

#[cfg(target_arch = "aarch64")]
use std::arch::is_aarch64_feature_detected;
#[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
use std::sync::OnceLock;

/// Declares a proof that the machine has some instructions.
#[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
macro_rules! proof {
    ($(#[$doc:meta])* $name:ident: $is_detected:ident!($($feature:tt),+)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name(());

        impl $name {
            fn detect() -> Option<Self> {
                ($($is_detected!($feature))&&+).then(|| Self(()))
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
proof! {
    /// Proof of AVX2 with fused multiply-add: `avx2`, `fma`.
    Avx2: is_x86_feature_detected!("avx2", "fma")
}

#[cfg(target_arch = "x86_64")]
proof! {
    /// Proof of AVX2 with VNNI: `avx2`, `fma`, `avxvnni`.
    AvxVnni: is_x86_feature_detected!("avx2", "fma", "avxvnni")
}

#[cfg(target_arch = "x86_64")]
proof! {
    /// Proof of AVX-512, and of AVX2 with it: `avx512f`, `avx512vl`, `avx2`, `fma`.
    Avx512: is_x86_feature_detected!("avx512f", "avx512vl", "avx2", "fma")
}

#[cfg(target_arch = "x86_64")]
proof! {
    /// Proof of AVX-512 with VNNI: `avx512f`, `avx512bw`, `avx512vnni`.
    Avx512Vnni: is_x86_feature_detected!("avx512f", "avx512bw", "avx512vnni")
}

#[cfg(target_arch = "aarch64")]
proof! {
    /// Proof of `sdot`: `dotprod`. NEON itself belongs to the family.
    NeonDot: is_aarch64_feature_detected!("dotprod")
}

/// Instructions for f32.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FloatSimd {
    /// AVX-512: 16 values at once.
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
    /// AVX2 with fused multiply-add: 8 values at once.
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    /// NEON: 4 values at once.
    #[cfg(target_arch = "aarch64")]
    Neon,
    /// What the compiler takes for granted.
    Portable,
}

/// Instructions for products of 8-bit integers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum IntSimd {
    /// AVX-512 with VNNI: 64 products an instruction.
    #[cfg(target_arch = "x86_64")]
    Vnni512(Avx512Vnni),
    /// AVX-VNNI: 32 products an instruction.
    #[cfg(target_arch = "x86_64")]
    Vnni256(AvxVnni),
    /// AVX2: 16 products an instruction.
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    /// NEON with `sdot`: 16 products an instruction.
    #[cfg(target_arch = "aarch64")]
    NeonDot(NeonDot),
    /// What the compiler takes for granted.
    Portable,
}

impl FloatSimd {
    /// Everything that this machine can do, the best first.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn all_of_this_machine() -> &'static [Self] {
        static ALL: OnceLock<Vec<FloatSimd>> = OnceLock::new();
        ALL.get_or_init(|| {
            let candidates = [Avx512::detect().map(Self::Avx512), Avx2::detect().map(Self::Avx2), Some(Self::Portable)];
            candidates.into_iter().flatten().collect()
        })
    }

    /// Everything that this machine can do, the best first.
    #[cfg(target_arch = "aarch64")]
    pub(crate) fn all_of_this_machine() -> &'static [Self] {
        &[Self::Neon, Self::Portable]
    }

    /// Everything that this machine can do.
    #[cfg(not(any(target_arch = "aarch64", target_arch = "x86_64")))]
    pub(crate) fn all_of_this_machine() -> &'static [Self] {
        &[Self::Portable]
    }

    /// The best that this machine can do.
    pub(crate) fn of_this_machine() -> Self {
        Self::all_of_this_machine()[0]
    }
}

impl IntSimd {
    /// Everything that this machine can do, the best first.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn all_of_this_machine() -> &'static [Self] {
        static ALL: OnceLock<Vec<IntSimd>> = OnceLock::new();
        ALL.get_or_init(|| {
            let candidates = [
                Avx512Vnni::detect().map(Self::Vnni512),
                AvxVnni::detect().map(Self::Vnni256),
                Avx2::detect().map(Self::Avx2),
                Some(Self::Portable),
            ];
            candidates.into_iter().flatten().collect()
        })
    }

    /// Everything that this machine can do, the best first.
    #[cfg(target_arch = "aarch64")]
    pub(crate) fn all_of_this_machine() -> &'static [Self] {
        static ALL: OnceLock<Vec<IntSimd>> = OnceLock::new();
        ALL.get_or_init(|| [NeonDot::detect().map(Self::NeonDot), Some(Self::Portable)].into_iter().flatten().collect())
    }

    /// Everything that this machine can do.
    #[cfg(not(any(target_arch = "aarch64", target_arch = "x86_64")))]
    pub(crate) fn all_of_this_machine() -> &'static [Self] {
        &[Self::Portable]
    }

    /// The best that this machine can do.
    pub(crate) fn of_this_machine() -> Self {
        Self::all_of_this_machine()[0]
    }
}
