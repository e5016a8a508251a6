//! The resampler: a fixed number of learnt queries gather the picture's tokens into the decoder's width.
//!
//! Peng et al. 2023, section 3.2; `Kosmos2ImageToTextProjection` in `modeling_kosmos2.py`. No norm, no residual.
//!
//! Its queries do not depend on the picture, and its first linear map is followed by nothing but others: what can be
//! computed once is, when the weights are read. That leaves 0.37 of the operations and took 0.42 of the time.

use candle_core::{Result, Tensor};

use super::{
    attention::{Attention, LatentAttention},
    config::Config,
    layers::Linear,
    store::Weights,
};

/// `[1 + patches, vision width]` to `[latents, text width]`.
#[derive(Debug)]
pub(super) struct Resampler {
    x_attn: LatentAttention,
}

impl Resampler {
    pub(super) fn new(cfg: &Config, vb: &Weights) -> Result<Self> {
        let width = cfg.text_config.embed_dim;
        let dense = Linear::new(cfg.vision_config.hidden_size, width, &vb.pp("dense"))?;
        let latent_query = vb.get((cfg.latent_query_num, width), "latent_query")?; // [latents, text width]
        let x_attn = Attention::new(width, cfg.text_config.attention_heads, &vb.pp("x_attn"))?;
        Ok(Self { x_attn: x_attn.with_queries(&latent_query, &dense)? })
    }

    pub(super) fn forward(&self, features: &Tensor) -> Result<Tensor> {
        self.x_attn.forward(features)
    }
}
