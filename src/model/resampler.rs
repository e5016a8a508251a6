//! The resampler: a fixed number of learnt queries gather the picture's tokens into the decoder's width.
//!
//! Peng et al. 2023, section 3.2; `Kosmos2ImageToTextProjection` in `modeling_kosmos2.py`. No norm, no residual.

use candle_core::{Result, Tensor};

use super::{attention::Attention, config::Config, layers::Linear, store::Weights};

/// `[1 + patches, vision width]` to `[latents, text width]`.
#[derive(Debug)]
pub(super) struct Resampler {
    dense: Linear,
    latent_query: Tensor, // [latents, text width]
    x_attn: Attention,
}

impl Resampler {
    pub(super) fn new(cfg: &Config, vb: &Weights) -> Result<Self> {
        let width = cfg.text_config.embed_dim;
        Ok(Self {
            dense: Linear::new(cfg.vision_config.hidden_size, width, &vb.pp("dense"))?,
            latent_query: vb.get((cfg.latent_query_num, width), "latent_query")?,
            x_attn: Attention::new(width, cfg.text_config.attention_heads, &vb.pp("x_attn"))?,
        })
    }

    pub(super) fn forward(&self, features: &Tensor) -> Result<Tensor> {
        let projected = self.dense.forward(features)?; // [1 + patches, text width]
        let context = Tensor::cat(&[&projected, &self.latent_query], 0)?; // [1 + patches + latents, text width]
        self.x_attn.forward_across(&self.latent_query, &context) // [latents, text width]
    }
}
