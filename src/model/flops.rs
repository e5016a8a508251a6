//! Floating-point operations (FLOPs) and bytes of each stage, to hold times against the machine's roofline.

use super::config::Config;

/// The work of one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// Multiplications and additions of the vision tower and the resampler.
    pub vision_ops: usize,
    /// Multiplications and additions of a prompt (prefill).
    pub prefill_ops: usize,
    /// Bytes of weights that are read for each token after the prompt (decode).
    pub token_bytes: usize,
}

/// Counts multiplications and additions for a picture.
pub(super) fn vision_ops(cfg: &Config) -> usize {
    let (vision, width) = (&cfg.vision_config, cfg.text_config.embed_dim);
    let (n, latents, own) = (vision.n_tokens(), cfg.latent_query_num, vision.hidden_size);
    let patches = n * vision.num_channels * vision.patch_size.pow(2) * own;
    let block = n * (4 * own * own + 2 * own * vision.intermediate_size) + 2 * n * n * own;
    let keys = n + latents;
    let resampler = 2 * n * own * width + latents * width * width + 2 * latents * keys * width;
    2 * (patches + vision.num_hidden_layers * block + resampler)
}

/// Counts multiplications and additions for a prompt of `n` tokens, and the logits of the last one.
pub(super) fn prefill_ops(cfg: &Config, n: usize) -> usize {
    let (text, width) = (&cfg.text_config, cfg.text_config.embed_dim);
    // The last block goes on with the last token only.
    let block = |n_on: usize| n * 3 * width * width + n_on * (width * width + 2 * width * text.ffn_dim + n * width);
    2 * ((text.layers - 1) * block(n) + block(1) + width * text.vocab_size)
}
