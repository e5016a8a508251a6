//! The vision tower: CLIP's `ViT`, of which Kosmos-2 uses the last layer's tokens, class token included.
//!
//! Radford et al. 2021, as in `modeling_kosmos2.py` (`Kosmos2VisionTransformer`).

use candle_core::{Result, Tensor};

use super::{
    attention::Attention,
    config::VisionConfig,
    layers::{LayerNorm, Linear},
    store::Weights,
};
use crate::kernels::Activation;

/// `[1, 3, S, S]` pixel values to `[1 + patches, width]`.
#[derive(Debug)]
pub(super) struct VisionTower {
    embeddings: Embeddings,
    pre_layrnorm: LayerNorm, // spelled as in the checkpoint
    layers: Vec<Block>,
    post_layernorm: LayerNorm,
}

#[derive(Debug)]
struct Embeddings {
    class_embedding: Tensor, // [1, width]
    /// `[width, channels * patch * patch]`.
    patch_embedding: Linear,
    position_embedding: Tensor, // [1 + patches, width]
    patches_per_side: usize,
    patch_size: usize,
    channels: usize,
}

#[derive(Debug)]
struct Block {
    layer_norm1: LayerNorm,
    self_attn: Attention,
    layer_norm2: LayerNorm,
    fc1: Linear,
    fc2: Linear,
}

impl VisionTower {
    pub(super) fn new(cfg: &VisionConfig, vb: &Weights) -> Result<Self> {
        let norm = |name| LayerNorm::new(cfg.hidden_size, cfg.layer_norm_eps, &vb.pp(name));
        let layers = vb.pp("encoder.layers");
        Ok(Self {
            embeddings: Embeddings::new(cfg, &vb.pp("embeddings"))?,
            pre_layrnorm: norm("pre_layrnorm")?,
            layers: (0..cfg.num_hidden_layers).map(|i| Block::new(cfg, &layers.pp(i))).collect::<Result<_>>()?,
            post_layernorm: norm("post_layernorm")?,
        })
    }

    /// The last layer's output of all tokens, before the last norm: `[1 + patches, width]`.
    pub(super) fn forward(&self, pixel_values: &Tensor) -> Result<Tensor> {
        let mut x = self.pre_layrnorm.forward(&self.embeddings.forward(pixel_values)?)?;
        for layer in &self.layers {
            x = layer.forward(&x)?; // [1 + patches, width]
        }
        Ok(x)
    }

    /// The same, unless `goes_on` says no before a layer.
    pub(super) fn forward_while(&self, pixel_values: &Tensor, goes_on: &dyn Fn() -> bool) -> Result<Option<Tensor>> {
        let mut x = self.pre_layrnorm.forward(&self.embeddings.forward(pixel_values)?)?;
        for layer in &self.layers {
            if !goes_on() {
                return Ok(None);
            }
            x = layer.forward(&x)?; // [1 + patches, width]
        }
        Ok(Some(x))
    }

    /// The last norm, which Kosmos-2 applies to every token and not only to the class token.
    pub(super) fn normalise(&self, vision: &Tensor) -> Result<Tensor> {
        self.post_layernorm.forward(vision)
    }
}

impl Embeddings {
    fn new(cfg: &VisionConfig, vb: &Weights) -> Result<Self> {
        let (width, channels, patch_size) = (cfg.hidden_size, cfg.num_channels, cfg.patch_size);
        let values_per_patch = channels * patch_size * patch_size;
        Ok(Self {
            class_embedding: vb.get(width, "class_embedding")?.unsqueeze(0)?, // [1, width]
            patch_embedding: Linear::without_bias(values_per_patch, width, "patch_embedding.weight", vb)?,
            position_embedding: vb.get((cfg.n_tokens(), width), "position_embedding.weight")?,
            patches_per_side: cfg.patches_per_side(),
            patch_size,
            channels,
        })
    }

    /// A convolution whose stride is its kernel's size is a product with the patches laid out as rows.
    fn forward(&self, pixel_values: &Tensor) -> Result<Tensor> {
        let (n, p) = (self.patches_per_side, self.patch_size);
        let patches = pixel_values
            .reshape((self.channels, n, p, n, p))?
            .permute((1, 3, 0, 2, 4))? // [n, n, channels, patch, patch]
            .reshape((n * n, self.channels * p * p))?; // [patches, channels * patch * patch]
        let embedded = self.patch_embedding.forward(&patches)?; // [patches, width]
        Tensor::cat(&[&self.class_embedding, &embedded], 0)? + &self.position_embedding // [1 + patches, width]
    }
}

impl Block {
    fn new(cfg: &VisionConfig, vb: &Weights) -> Result<Self> {
        let (width, inner) = (cfg.hidden_size, cfg.intermediate_size);
        Ok(Self {
            layer_norm1: LayerNorm::new(width, cfg.layer_norm_eps, &vb.pp("layer_norm1"))?,
            self_attn: Attention::new(width, cfg.num_attention_heads, &vb.pp("self_attn"))?,
            layer_norm2: LayerNorm::new(width, cfg.layer_norm_eps, &vb.pp("layer_norm2"))?,
            fc1: Linear::new(width, inner, &vb.pp("mlp.fc1"))?,
            fc2: Linear::new(inner, width, &vb.pp("mlp.fc2"))?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = self.self_attn.forward(&self.layer_norm1.forward(x)?, x)?;
        let hidden = self.fc1.forward_through(Activation::QuickGelu, &self.layer_norm2.forward(&x)?)?; // [seq, inner]
        self.fc2.forward_onto(&hidden, &x) // [seq, width]
    }
}
