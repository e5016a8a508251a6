//! Floating-point operations (FLOPs) and bytes of each stage, to hold times against the machine's roofline.

use super::{
    config::{Config, ConfigError},
    layout,
};

/// A picture may take this many times the work of the published model, which is a minute on two slow cores. More weights
/// may take more, in proportion: whether there is memory for them is another question.
const MOST_TIMES: usize = 16;
/// Tokens of a short prompt beside the picture's.
const SHORT_PROMPT: usize = 16;
/// What an exponential costs in multiplications and additions, roughly; each head takes one for each pair of tokens.
const EXP_OPS: usize = 20;

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

/// Refuses sizes with which a picture would take minutes.
///
/// # Errors
/// When it would; the error has the numbers.
pub fn check_work(cfg: &Config) -> Result<(), ConfigError> {
    let published = Config::default();
    let most_times = MOST_TIMES * (n_weights(cfg) / n_weights(&published)).max(1);
    let (ops, published_ops) = (picture_ops(cfg), picture_ops(&published));
    if ops <= most_times * published_ops {
        return Ok(());
    }
    Err(ConfigError::TooMuchWork { ops, published_ops, most_times })
}

fn n_weights(cfg: &Config) -> usize {
    layout::expected(cfg).values().map(|shape| shape.iter().product::<usize>()).sum()
}

/// Counts what a picture with a short prompt takes.
fn picture_ops(cfg: &Config) -> usize {
    let (text, vision, latents) = (&cfg.text_config, &cfg.vision_config, cfg.latent_query_num);
    let (n, n_prompt) = (vision.n_tokens(), latents + SHORT_PROMPT);
    let exponentials = vision.num_hidden_layers * vision.num_attention_heads * n * n
        + text.attention_heads * latents * (n + latents)
        + text.layers * text.attention_heads * n_prompt * n_prompt;
    vision_ops(cfg) + prefill_ops(cfg, n_prompt) + EXP_OPS * exponentials
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_would_take_minutes_are_refused_with_numbers() {
        let check = |edit: fn(&mut Config)| {
            let mut cfg = Config::default();
            edit(&mut cfg);
            check_work(&cfg).map_err(|e| e.to_string())
        };
        assert_eq!(check(|_| ()), Ok(()));
        assert_eq!(check(|cfg| cfg.vision_config.image_size = 448), Ok(()), "four times the patches");
        assert_eq!(check(|cfg| (cfg.text_config.layers, cfg.vision_config.num_hidden_layers) = (48, 48)), Ok(()));
        let larger = |cfg: &mut Config| (cfg.text_config.layers, cfg.text_config.embed_dim) = (256, 16_384);
        assert_eq!(check(larger), Ok(()), "many weights take more");
        let message = check(|cfg| cfg.vision_config.image_size = 14 * 128).unwrap_err();
        let part = "ask for 38704 billion operations a picture, 109 times those of the published model";
        assert!(message.contains(part) && message.contains("at most 16 times"), "{message}");
        for edit in [
            (|cfg| cfg.latent_query_num = 4000) as fn(&mut Config),
            |cfg| (cfg.vision_config.num_hidden_layers, cfg.vision_config.image_size) = (256, 896),
            // Small weights, and many heads for many tokens.
            |cfg| {
                let text = &mut cfg.text_config;
                (text.layers, text.embed_dim, text.attention_heads, text.ffn_dim) = (256, 256, 256, 16);
                cfg.latent_query_num = 2000;
            },
        ] {
            assert!(check(edit).is_err());
        }
    }
}
