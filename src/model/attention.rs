//! Multi-head attention, shared by the vision tower, the resampler and the decoder.

use candle_core::{Result, Tensor};
use candle_nn::{VarBuilder, ops::softmax_last_dim};

use super::{
    kv_cache::LayerCache,
    layers::{LayerNorm, Linear},
};

/// Scaled dot-product attention over heads that share the width evenly; all four projections have biases.
#[derive(Clone, Debug)]
pub(super) struct Attention {
    q_proj: Linear,
    k_proj: Linear,
    v_proj: Linear,
    out_proj: Linear,
    /// Magneto's sub-LN between the heads and the output projection; only the decoder has it.
    inner_attn_ln: Option<LayerNorm>,
    n_heads: usize,
    scale: f64,
}

impl Attention {
    pub(super) fn new(width: usize, n_heads: usize, vb: &VarBuilder) -> Result<Self> {
        Ok(Self {
            q_proj: Linear::new(width, width, &vb.pp("q_proj"))?,
            k_proj: Linear::new(width, width, &vb.pp("k_proj"))?,
            v_proj: Linear::new(width, width, &vb.pp("v_proj"))?,
            out_proj: Linear::new(width, width, &vb.pp("out_proj"))?,
            inner_attn_ln: None,
            n_heads,
            scale: 1.0 / ((width / n_heads) as f64).sqrt(),
        })
    }

    /// The decoder's form, with a layer norm over the concatenated heads.
    pub(super) fn with_sub_norm(width: usize, n_heads: usize, eps: f64, vb: &VarBuilder) -> Result<Self> {
        let inner_attn_ln = Some(LayerNorm::new(width, eps, &vb.pp("inner_attn_ln"))?);
        Ok(Self { inner_attn_ln, ..Self::new(width, n_heads, vb)? })
    }

    /// Every query sees every key: `queries` `[n_queries, width]`, `context` `[n_keys, width]` to `[n_queries, width]`.
    pub(super) fn forward(&self, queries: &Tensor, context: &Tensor) -> Result<Tensor> {
        let q = self.split_heads(&self.q_proj.forward(queries)?)?; // [heads, n_queries, head_dim]
        let k = self.split_heads(&self.k_proj.forward(context)?)?; // [heads, n_keys, head_dim]
        let v = self.split_heads(&self.v_proj.forward(context)?)?; // [heads, n_keys, head_dim]
        self.attend(&q, &k, &v, None)
    }

    /// Each token sees those before it and itself: `x` `[seq, width]` to the same; its keys and values join the cache.
    ///
    /// `mask` is `[seq, past + seq]`, 0 where a token may look and -inf where not; none is needed for one token.
    pub(super) fn forward_causal(&self, x: &Tensor, mask: Option<&Tensor>, cache: &mut LayerCache) -> Result<Tensor> {
        let q = self.split_heads(&self.q_proj.forward(x)?)?; // [heads, seq, head_dim]
        let k = self.split_heads(&self.k_proj.forward(x)?)?; // [heads, seq, head_dim]
        let v = self.split_heads(&self.v_proj.forward(x)?)?; // [heads, seq, head_dim]
        let (k, v) = cache.append(&k, &v)?; // [heads, past + seq, head_dim]
        self.attend(&q, &k, &v, mask)
    }

    fn attend(&self, q: &Tensor, k: &Tensor, v: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
        let scores = (q * self.scale)?.matmul(&k.t()?)?; // [heads, n_queries, n_keys]
        let scores = match mask {
            Some(mask) => scores.broadcast_add(mask)?,
            None => scores,
        };
        let mixed = softmax_last_dim(&scores)?.matmul(v)?; // [heads, n_queries, head_dim]
        let mixed = mixed.transpose(0, 1)?.flatten_from(1)?; // [n_queries, width]
        let mixed = match &self.inner_attn_ln {
            Some(norm) => norm.forward(&mixed)?,
            None => mixed,
        };
        self.out_proj.forward(&mixed)
    }

    fn split_heads(&self, x: &Tensor) -> Result<Tensor> {
        let (seq, width) = x.dims2()?;
        x.reshape((seq, self.n_heads, width / self.n_heads))?.transpose(0, 1)?.contiguous() // [heads, seq, head_dim]
    }
}
