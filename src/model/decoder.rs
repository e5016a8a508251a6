//! The decoder: a Magneto transformer, whose blocks norm once more inside attention and feed-forward (sub-LN).
//!
//! Wang et al. 2022 (Magneto); `Kosmos2TextTransformer` in `modeling_kosmos2.py`.

use candle_core::{Device, Result, Tensor};

use super::{
    attention::{Attention, Part},
    config::TextConfig,
    kv_cache::{KvCache, LayerCache},
    layers::{LayerNorm, Linear},
    store::Weights,
};
use crate::kernels::Activation;

/// The first token's position: the table keeps two rows for padding, as in fairseq.
const FIRST_POSITION: usize = 2;

/// `[seq, width]` embeddings to `[seq, vocab]` logits.
#[derive(Debug)]
pub(super) struct Decoder {
    /// Rows are embeddings, and the head is the same matrix.
    embed_tokens: Linear,
    embed_scale: f64,
    pub(super) layers: Vec<Block>,
    layer_norm: LayerNorm,
}

/// A block of the decoder.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) self_attn_layer_norm: LayerNorm,
    pub(super) self_attn: Attention,
    pub(super) final_layer_norm: LayerNorm,
    pub(super) fc1: Linear,
    ffn_layernorm: LayerNorm,
    pub(super) fc2: Linear,
}

impl Decoder {
    pub(super) fn new(cfg: &TextConfig, vb: &Weights) -> Result<Self> {
        let layers = vb.pp("layers");
        Ok(Self {
            embed_tokens: Linear::without_bias(cfg.embed_dim, cfg.vocab_size, "embed_tokens.weight", vb)?,
            embed_scale: if cfg.scale_embedding { (cfg.embed_dim as f64).sqrt() } else { 1.0 },
            layers: (0..cfg.layers).map(|i| Block::new(cfg, &layers.pp(i))).collect::<Result<_>>()?,
            layer_norm: LayerNorm::new(cfg.embed_dim, cfg.layer_norm_eps, &vb.pp("layer_norm"))?,
        })
    }

    /// Rows of the token embedding: `[seq, width]`, neither scaled nor placed yet.
    pub(super) fn embed(&self, ids: &[u32]) -> Result<Tensor> {
        self.embed_tokens.rows(ids)
    }

    /// Embeddings, which follow `past` tokens, scaled and with their positions: `[seq, width]` to the same.
    pub(super) fn placed(&self, embedded: &Tensor, past: usize) -> Result<Tensor> {
        let (seq, width) = embedded.dims2()?;
        let positions = sinusoids(FIRST_POSITION + past, seq, width, embedded.device())?; // [seq, width]
        (embedded * self.embed_scale)? + positions
    }

    /// `[seq, width]` embeddings, which follow the tokens in the cache, to the last `[n_wanted, width]` after the last norm. The
    /// last `n_draft` get the numbers that they get by themselves.
    pub(super) fn forward(
        &self,
        embedded: &Tensor,
        [n_wanted, n_draft]: [usize; 2],
        cache: &mut KvCache,
    ) -> Result<Tensor> {
        let (seq, mut x) = (embedded.dim(0)?, self.placed(embedded, cache.n_tokens())?);
        for (i, (layer, cache)) in self.layers.iter().zip(&mut cache.layers).enumerate() {
            // Of the other tokens, the last layer's keys and values are all that is ever asked for again.
            let n = if i + 1 == self.layers.len() { n_wanted } else { seq };
            x = layer.forward(&x, [n, n_draft], cache)?; // [n, width]
        }
        self.layer_norm.forward(&x)
    }

    /// Several texts at once, so that the weights are read once for all: `[seq, width]` embeddings, of each text as many as
    /// `n_tokens` says, which follow the tokens in its cache, to the same after the last norm. Each text's numbers are those
    /// it gets by itself.
    pub(super) fn forward_each(
        &self,
        embedded: &Tensor,
        n_tokens: &[usize],
        caches: &mut [&mut KvCache],
    ) -> Result<Tensor> {
        let positions = n_tokens.iter().zip(caches.iter()).map(|(n, cache)| {
            sinusoids(FIRST_POSITION + cache.n_tokens(), *n, embedded.dim(1)?, embedded.device()) // [n_tokens, width]
        });
        let positions = Tensor::cat(&positions.collect::<Result<Vec<_>>>()?, 0)?; // [seq, width]
        let mut x = ((embedded * self.embed_scale)? + positions)?;
        for (i, layer) in self.layers.iter().enumerate() {
            let caches = caches.iter_mut().filter_map(|cache| cache.layers.get_mut(i));
            let parts = n_tokens.iter().zip(caches).map(|(n, cache)| Part { n_tokens: *n, cache });
            x = layer.forward_each(&x, &mut parts.collect::<Vec<_>>())?; // [seq, width]
        }
        self.layer_norm.forward(&x)
    }

    /// The head is the embedding: `[seq, width]` to `[seq, vocab]`.
    pub(super) fn logits(&self, x: &Tensor) -> Result<Tensor> {
        self.embed_tokens.forward(x)
    }
}

impl Block {
    fn new(cfg: &TextConfig, vb: &Weights) -> Result<Self> {
        let (width, inner, eps) = (cfg.embed_dim, cfg.ffn_dim, cfg.layer_norm_eps);
        Ok(Self {
            self_attn_layer_norm: LayerNorm::new(width, eps, &vb.pp("self_attn_layer_norm"))?,
            self_attn: Attention::with_sub_norm(width, cfg.attention_heads, eps, &vb.pp("self_attn"))?,
            final_layer_norm: LayerNorm::new(width, eps, &vb.pp("final_layer_norm"))?,
            fc1: Linear::new(width, inner, &vb.pp("ffn.fc1"))?,
            ffn_layernorm: LayerNorm::new(inner, eps, &vb.pp("ffn.ffn_layernorm"))?,
            fc2: Linear::new(inner, width, &vb.pp("ffn.fc2"))?,
        })
    }

    /// `[seq, width]` to the last `[n_wanted, width]`.
    fn forward(&self, x: &Tensor, [n_wanted, n_draft]: [usize; 2], cache: &mut LayerCache) -> Result<Tensor> {
        let wanted = x.narrow(0, x.dim(0)?.saturating_sub(n_wanted), n_wanted)?; // [n_wanted, width]
        let x = self.self_attn.forward_causal(&self.self_attn_layer_norm.forward(x)?, &wanted, n_draft, cache)?;
        self.feed_forward(&x)
    }

    /// Several texts at once: `[seq, width]` to the same.
    fn forward_each(&self, x: &Tensor, texts: &mut [Part]) -> Result<Tensor> {
        self.feed_forward(&self.self_attn.forward_each(&self.self_attn_layer_norm.forward(x)?, x, texts)?)
    }

    /// `[n, width]` to the same.
    fn feed_forward(&self, x: &Tensor) -> Result<Tensor> {
        self.fc2.forward_onto(&self.hidden(&self.final_layer_norm.forward(x)?)?, x) // [n, width]
    }

    /// The inner part of the feed-forward: `[n, width]` to `[n, inner]`.
    pub(super) fn hidden(&self, x: &Tensor) -> Result<Tensor> {
        self.ffn_layernorm.forward(&self.fc1.forward_through(Activation::Gelu, x)?)
    }
}

/// Rows `first..first + n` of the position table: sines of all frequencies, then cosines. `[n, width]`.
///
/// Frequencies fall from 1 to 1/10000 over half the width; `Kosmos2TextSinusoidalPositionalEmbedding`.
fn sinusoids(first: usize, n: usize, width: usize, device: &Device) -> Result<Tensor> {
    let half = width / 2;
    let step = -(10_000_f64.ln() / (half as f64 - 1.0)) as f32;
    let angles = |row: usize| (0..half).map(move |j| (first + row) as f32 * (j as f32 * step).exp());
    let values = (0..n).flat_map(|row| angles(row).map(f32::sin).chain(angles(row).map(f32::cos))).collect();
    Tensor::from_vec::<_, f32>(values, (n, width), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sinusoids_as_published() {
        let rows: Vec<Vec<f32>> = sinusoids(2, 90, 2048, &Device::Cpu).unwrap().to_vec2().unwrap();
        let check = |position: usize, column: usize, expected: f32| {
            let value = rows[position - 2][column];
            assert!((value - expected).abs() < 2e-6, "row {position}, column {column}: {value}");
        };
        check(2, 0, 0.909_297);
        check(2, 1, 0.916_611);
        check(2, 2, 0.923_568);
        check(2, 1024, -0.416_147);
        check(2, 2047, 1.0);
        check(3, 0, 0.141_12);
        check(91, 0, 0.105_988);
        check(91, 1, 0.796_695);
    }
}
