//! From 4-bit weights to the 8-bit weights that tiles multiply, exactly.

#[cfg(target_arch = "x86_64")]
use super::x86_avx512;
use crate::kernels::{
    layout::{ByteLine, PACK_LINES, Q4_LINES, Q8_LINES, UNPACKED_LINES},
    simd::{detect::IntSimd, multiversion::multiversion},
};

/// Turns a group of 4-bit weights into one of 8-bit weights, exactly.
pub(crate) fn unpack(simd: IntSimd, group: &[ByteLine], unpacked: &mut [ByteLine]) {
    let Some((scales, packed)) = group.split_first() else { return };
    let blocks = packed.chunks_exact(Q4_LINES).zip(unpacked.chunks_exact_mut(Q8_LINES));
    for (packed, unpacked) in blocks {
        unpacked[0] = *scales;
        let packs = packed.chunks_exact(PACK_LINES).zip(unpacked[1..].chunks_exact_mut(UNPACKED_LINES));
        for (pack, unpacked) in packs {
            match simd {
                #[cfg(target_arch = "x86_64")]
                IntSimd::Vnni512(simd) => x86_avx512::unpack(simd, pack, unpacked),
                _ => unpack_anywhere(pack, unpacked),
            }
        }
    }
}

multiversion! {
    fn unpack_anywhere(pack: &[ByteLine], unpacked: &mut [ByteLine]) {
        for half in 0..2 {
            let head = &pack[0].0;
            let steps: [u8; 64] = std::array::from_fn(|i| head[16 * half + i / 4]);
            let offsets: [u8; 64] = std::array::from_fn(|i| head[32 + 16 * half + i / 4]);
            for line in 0..4 {
                let bytes = &pack[1 + 4 * half + line].0;
                let (mut low, mut high) = ([0; 64], [0; 64]);
                for i in 0..64 {
                    low[i] = (bytes[i] & 15).wrapping_mul(steps[i]).wrapping_add(offsets[i]);
                    high[i] = (bytes[i] >> 4).wrapping_mul(steps[i]).wrapping_add(offsets[i]);
                }
                unpacked[8 * half + line].0 = low;
                unpacked[8 * half + 4 + line].0 = high;
            }
        }
    }
}
