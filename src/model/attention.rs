//! Multi-head attention, shared by the vision tower, the resampler and the decoder.

use candle_core::{Result, Tensor};

use super::{
    kv_cache::LayerCache,
    layers::{LayerNorm, Linear},
    store::Weights,
};
use crate::kernels::tensors;

/// Scaled dot-product attention over heads that share the width evenly; all four projections have biases.
#[derive(Debug)]
pub(super) struct Attention {
    pub(super) q_proj: Linear,
    pub(super) k_proj: Linear,
    pub(super) v_proj: Linear,
    pub(super) out_proj: Linear,
    /// Magneto's sub-LN between the heads and the output projection; only the decoder has it.
    inner_attn_ln: Option<LayerNorm>,
    n_heads: usize,
}

/// Attention of fixed queries to tokens and to themselves, with all that does not depend on the tokens done once.
#[derive(Debug)]
pub(super) struct LatentAttention {
    queries: Tensor,    // [n_queries, width]
    own_keys: Tensor,   // [n_queries, width]
    own_values: Tensor, // [n_queries, width]
    k_proj: Linear,
    v_proj: Linear,
    out_proj: Linear,
    n_heads: usize,
}

/// One of several texts that go through attention together.
#[derive(Debug)]
pub(super) struct Part<'a> {
    /// Its new tokens.
    pub(super) n_tokens: usize,
    /// Keys and values of those before.
    pub(super) cache: &'a mut LayerCache,
}

impl LatentAttention {
    /// Every query sees every token, and every query: `[seq, inputs]` to `[n_queries, width]`.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let [k, v] = Linear::forward_all([&self.k_proj, &self.v_proj], x)?; // [seq, width]
        let (k, v) = (Tensor::cat(&[&k, &self.own_keys], 0)?, Tensor::cat(&[&v, &self.own_values], 0)?); // [seq + n_queries, width]
        self.out_proj.forward(&tensors::attention(&self.queries, &k, &v, self.n_heads, false)?)
    }
}

impl Attention {
    pub(super) fn new(width: usize, n_heads: usize, vb: &Weights) -> Result<Self> {
        Ok(Self {
            q_proj: Linear::new(width, width, &vb.pp("q_proj"))?,
            k_proj: Linear::new(width, width, &vb.pp("k_proj"))?,
            v_proj: Linear::new(width, width, &vb.pp("v_proj"))?,
            out_proj: Linear::new(width, width, &vb.pp("out_proj"))?,
            inner_attn_ln: None,
            n_heads,
        })
    }

    /// Makes the decoder's form, with a layer norm over the concatenated heads.
    pub(super) fn with_sub_norm(width: usize, n_heads: usize, eps: f64, vb: &Weights) -> Result<Self> {
        let inner_attn_ln = Some(LayerNorm::new(width, eps, &vb.pp("inner_attn_ln"))?);
        Ok(Self { inner_attn_ln, ..Self::new(width, n_heads, vb)? })
    }

    /// Every token sees every token: `x` `[seq, width]` to the same, added to `onto`.
    pub(super) fn forward(&self, x: &Tensor, onto: &Tensor) -> Result<Tensor> {
        let [q, k, v] = Linear::forward_all([&self.q_proj, &self.k_proj, &self.v_proj], x)?; // [seq, width]
        let mixed = tensors::attention(&q, &k, &v, self.n_heads, false)?; // [seq, width]
        self.out_proj.forward_onto(&mixed, onto)
    }

    /// Makes the form for queries that never change, which see themselves and what `dense` makes of the tokens.
    pub(super) fn with_queries(self, queries: &Tensor, dense: &Linear) -> Result<LatentAttention> {
        let [queries, own_keys, own_values] = Linear::forward_all([&self.q_proj, &self.k_proj, &self.v_proj], queries)?; // [n_queries, width]
        Ok(LatentAttention {
            queries,
            own_keys,
            own_values,
            k_proj: self.k_proj.after(dense)?,
            v_proj: self.v_proj.after(dense)?,
            out_proj: self.out_proj,
            n_heads: self.n_heads,
        })
    }

    /// Each token sees those before it and itself: `x` `[seq, width]` to what the last of them see, added to `onto`
    /// `[n, width]`; the keys and values of all join the cache. The last `n_draft` of these attend apart: few tokens sum in
    /// another order than many, and each gets the numbers that it gets by itself.
    pub(super) fn forward_causal(
        &self,
        x: &Tensor,
        onto: &Tensor,
        n_draft: usize,
        cache: &mut LayerCache,
    ) -> Result<Tensor> {
        let [q, k, v] = Linear::forward_all([&self.q_proj, &self.k_proj, &self.v_proj], x)?; // [seq, width]
        let [k, v] = cache.append(&k, &v)?; // [past + seq, width]
        let (n, n_keys) = (onto.dim(0)? - n_draft, k.dim(0)? - n_draft);
        let first = q.dim(0)? - n_draft - n;
        let mut parts = vec![[q.narrow(0, first, n)?, k.narrow(0, 0, n_keys)?, v.narrow(0, 0, n_keys)?]];
        if n_draft > 0 {
            parts.push([q.narrow(0, first + n, n_draft)?, k, v]);
        }
        let mixed = tensors::attention_of_each(&parts, self.n_heads)?; // [n + n_draft, width]
        self.out_proj.forward_onto(&self.normalised(mixed)?, onto)
    }

    /// The same for several texts at once, of which each sees its own cache: `x` `[seq, width]` has their tokens one text
    /// after the other, as many of each as stand beside its cache, and all are added to `onto` `[seq, width]`.
    pub(super) fn forward_each(&self, x: &Tensor, onto: &Tensor, texts: &mut [Part]) -> Result<Tensor> {
        self.out_proj.forward_onto(&self.mix_each(x, texts)?, onto)
    }

    /// What the last projection then sees: `[seq, width]`.
    pub(super) fn mix_each(&self, x: &Tensor, texts: &mut [Part]) -> Result<Tensor> {
        let [q, k, v] = Linear::forward_all([&self.q_proj, &self.k_proj, &self.v_proj], x)?; // [seq, width]
        let mut first = 0;
        let parts = texts.iter_mut().map(|Part { n_tokens, cache }| {
            let [q, k, v] =
                [q.narrow(0, first, *n_tokens)?, k.narrow(0, first, *n_tokens)?, v.narrow(0, first, *n_tokens)?];
            first += *n_tokens;
            let [k, v] = cache.append(&k, &v)?; // [past + n_tokens, width]
            Ok([q, k, v])
        });
        self.normalised(tensors::attention_of_each(&parts.collect::<Result<Vec<_>>>()?, self.n_heads)?)
    }

    /// The heads' outputs side by side, `[n, width]`, through the norm that only the decoder has there.
    fn normalised(&self, mixed: Tensor) -> Result<Tensor> {
        match &self.inner_attn_ln {
            Some(norm) => norm.forward(&mixed),
            None => Ok(mixed),
        }
    }
}
