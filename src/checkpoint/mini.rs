//! The checkpoint inside the program, file by file.

use super::info::SmallWorld;

pub(super) const CONFIG: &[u8] = include_bytes!("../../assets/mini/config.json");
pub(super) const GENERATION_CONFIG: &[u8] = include_bytes!("../../assets/mini/generation_config.json");
pub(super) const TOKENIZER: &[u8] = include_bytes!("../../assets/mini/tokenizer.json");
pub(super) const WEIGHTS: &[u8] = include_bytes!("../../assets/mini/model.safetensors");
pub(super) const WORLD: SmallWorld = SmallWorld {
    caution: "Knows only emoji scenes; photos need the full Kosmos-2",
    doubt: "This does not seem to be an emoji scene. The mini checkpoint knows nothing else, \
        so these words and boxes mean little",
    least_token_probability: 0.03,
};
