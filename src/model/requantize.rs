//! Other weights for the decoder, one linear map after the other, while some texts go through it: each map sees what those
//! before it, changed already, make of the texts.

use candle_core::{Result, Tensor};

use super::{
    attention::Part,
    decoder::Decoder,
    kosmos2::{ImageSlots, Kosmos2},
    kv_cache::LayerCache,
};
use crate::kernels::{Matrix, on_threads};

/// Gives matrices for maps that share their inputs: published names, and the inputs `[tokens, cols]`, to one matrix each.
pub type Requantize<'a, E> = &'a mut dyn FnMut(&[String], &Tensor) -> std::result::Result<Vec<Matrix>, E>;

impl Kosmos2 {
    /// What the decoder's first block sees of a text from its beginning on: ids to `[seq, text width]`.
    ///
    /// # Errors
    /// When an id is not in the vocabulary, or the slots are not within `ids`.
    pub fn placed<'a>(&self, ids: &[u32], images: impl IntoIterator<Item = ImageSlots<'a>>) -> Result<Tensor> {
        self.text_model.placed(&self.embedded(ids, images)?, 0)
    }

    /// Replaces the matrices of all the decoder's blocks, in the order in which texts go through them; `texts` are as
    /// [`Kosmos2::placed`] gives them.
    ///
    /// # Errors
    /// When a matrix is of another size or is not given, or there are no texts.
    pub fn requantize<E: From<candle_core::Error>>(
        &mut self,
        texts: &[Tensor],
        requantize: Requantize<'_, E>,
    ) -> std::result::Result<(), E> {
        let mut lengths = Vec::with_capacity(texts.len());
        for text in texts {
            lengths.push(text.dim(0)?);
        }
        let (mut x, width) = (Tensor::cat(texts, 0)?, self.config().text_config.embed_dim); // [tokens, text width]
        let Decoder { layers, .. } = &mut self.text_model;
        for (i, block) in layers.iter_mut().enumerate() {
            let name = |part: &str| format!("text_model.model.layers.{i}.{part}.weight");
            let mut caches = Vec::with_capacity(lengths.len());
            for n_tokens in &lengths {
                caches.push(LayerCache::new(*n_tokens, width, x.device())?);
            }
            let attention = &mut block.self_attn;
            let y = on_threads(|| block.self_attn_layer_norm.forward(&x))?; // [tokens, text width]
            let names = ["q_proj", "k_proj", "v_proj"].map(|part| name(&format!("self_attn.{part}")));
            let [q, k, v] = three(requantize(&names, &y)?)?;
            attention.q_proj.replace(q)?;
            attention.k_proj.replace(k)?;
            attention.v_proj.replace(v)?;
            let parts = lengths.iter().zip(&mut caches).map(|(n, cache)| Part { n_tokens: *n, cache });
            let mixed = on_threads(|| attention.mix_each(&y, &mut parts.collect::<Vec<_>>()))?; // [tokens, text width]
            attention.out_proj.replace(one(requantize(&[name("self_attn.out_proj")], &mixed)?)?)?;
            x = on_threads(|| attention.out_proj.forward_onto(&mixed, &x))?;

            let y = on_threads(|| block.final_layer_norm.forward(&x))?; // [tokens, text width]
            block.fc1.replace(one(requantize(&[name("ffn.fc1")], &y)?)?)?;
            let hidden = on_threads(|| block.hidden(&y))?; // [tokens, inner]
            block.fc2.replace(one(requantize(&[name("ffn.fc2")], &hidden)?)?)?;
            x = on_threads(|| block.fc2.forward_onto(&hidden, &x))?;
        }
        Ok(())
    }
}

fn one(matrices: Vec<Matrix>) -> Result<Matrix> {
    matrices.into_iter().next().ok_or_else(missing)
}

fn three(matrices: Vec<Matrix>) -> Result<[Matrix; 3]> {
    matrices.try_into().map_err(|_| missing())
}

fn missing() -> candle_core::Error {
    candle_core::Error::msg("a matrix is missing")
}
