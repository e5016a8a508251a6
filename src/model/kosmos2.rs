//! The network as one value: a picture is encoded and projected to embeddings, tokens go forward through the decoder to logits.

use std::{cell::RefCell, ops::Range};

use candle_core::{Device, Result, Tensor, bail};

use super::{
    config::Config,
    decoder::Decoder,
    flops::{self, Work},
    kv_cache::KvCache,
    resampler::Resampler,
    store::{Store, Weights},
    vision::VisionTower,
};
use crate::kernels::{WORTH_PACKING, on_threads};

/// Tokens of a prompt that are read at once. What is computed of more than these leaves the processor's caches, and comes from
/// the system afresh each time; the weights are read again for so many in a hundredth of their time. Of 2,000 tokens 0.83 × the
/// time.
const AT_ONCE: usize = 512;

/// The whole network with its weights.
#[derive(Debug)]
pub struct Kosmos2 {
    vision_model: VisionTower,
    image_to_text_projection: Resampler,
    pub(super) text_model: Decoder,
    config: Config,
    device: Device,
    token_bytes: usize,
}

/// The ids of a prompt whose embeddings a picture's take the place of.
#[derive(Clone, Debug)]
pub struct ImageSlots<'a> {
    /// Where they are among the ids.
    pub slots: Range<usize>,
    /// `[slots, text width]`, of [`Kosmos2::project_image`].
    pub embeds: &'a Tensor,
}

impl Kosmos2 {
    /// Takes its weights out of `store`, by their published names; see [`super::layout::expected`].
    ///
    /// # Errors
    /// When a tensor is missing or of another shape than `config` asks for.
    pub fn new(config: Config, store: Store, device: &Device) -> Result<Self> {
        let token_bytes = store.token_bytes();
        let store = RefCell::new(store);
        let vb = Weights::new(&store);
        Ok(Self {
            vision_model: VisionTower::new(&config.vision_config, &vb.pp("vision_model.model"))?,
            image_to_text_projection: Resampler::new(&config, &vb.pp("image_to_text_projection"))?,
            text_model: Decoder::new(&config.text_config, &vb.pp("text_model.model"))?,
            config,
            device: device.clone(),
            token_bytes,
        })
    }

    /// The sizes of the network.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The device that its weights are on.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// How much there is to compute and to read for a picture, a prompt of `n_prompt` tokens and each token after it.
    #[must_use]
    pub fn work(&self, n_prompt: usize) -> Work {
        Work {
            vision_ops: flops::vision_ops(&self.config),
            prefill_ops: flops::prefill_ops(&self.config, n_prompt),
            token_bytes: self.token_bytes,
        }
    }

    /// Makes room for `capacity` tokens in all; those in the cache stay.
    ///
    /// # Errors
    /// When there is not enough memory.
    pub fn reserve(&self, cache: &mut KvCache, capacity: usize) -> Result<()> {
        cache.reserve(capacity, &self.config.text_config, &self.device)
    }

    /// Encodes a picture: pixel values `[1, 3, S, S]` to the vision tower's last layer `[1 + patches, vision width]`.
    ///
    /// # Errors
    /// When the shape is another.
    pub fn encode_image(&self, pixel_values: &Tensor) -> Result<Tensor> {
        on_threads(|| self.vision_model.forward(pixel_values))
    }

    /// The same, given up between two layers, with `None`, as soon as `goes_on` says no.
    ///
    /// # Errors
    /// When the shape is another.
    pub fn encode_image_while(
        &self,
        pixel_values: &Tensor,
        goes_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Tensor>> {
        on_threads(|| self.vision_model.forward_while(pixel_values, goes_on))
    }

    /// Projects the vision tower's output to the embeddings that stand for the picture: `[latents, text width]`.
    ///
    /// # Errors
    /// When the shape is another.
    pub fn project_image(&self, vision: &Tensor) -> Result<Tensor> {
        on_threads(|| {
            let tokens = self.vision_model.normalise(vision)?; // [1 + patches, vision width]
            let lengths = tokens.sqr()?.sum_keepdim(1)?.sqrt()?.clamp(1e-12, f32::MAX)?; // [1 + patches, 1]
            self.image_to_text_projection.forward(&tokens.broadcast_div(&lengths)?)
        })
    }

    /// Runs the decoder over tokens that follow those in the cache, be it a prompt (prefill) or what comes after it (decode):
    /// ids to the hidden states of the last `n_wanted`, `[n_wanted, text width]`.
    ///
    /// # Errors
    /// When an id is not in the vocabulary, the slots are not within `ids`, there are fewer ids than are wanted, or the cache is
    /// full.
    pub fn forward<'a>(
        &self,
        ids: &[u32],
        images: impl IntoIterator<Item = ImageSlots<'a>>,
        n_wanted: usize,
        cache: &mut KvCache,
    ) -> Result<Tensor> {
        let embedded = self.embedded(ids, images)?; // [seq, text width]
        on_threads(|| self.text_model.forward(&embedded, [n_wanted, 0], cache))
    }

    /// The same for a prompt with draft tokens behind it, whose numbers are those that they get by themselves: the hidden states
    /// of the prompt's last token and of these, `[1 + draft tokens, text width]`.
    ///
    /// # Errors
    /// As [`Kosmos2::forward`].
    pub fn prefill<'a>(
        &self,
        ids: &[u32],
        images: impl IntoIterator<Item = ImageSlots<'a>>,
        draft: &[u32],
        cache: &mut KvCache,
    ) -> Result<Tensor> {
        let embedded = self.embedded(&[ids, draft].concat(), images)?; // [seq, text width]
        on_threads(|| {
            let mut first = 0;
            while ids.len() - first >= AT_ONCE + WORTH_PACKING {
                self.text_model.forward(&embedded.narrow(0, first, AT_ONCE)?, [1, 0], cache)?;
                first += AT_ONCE;
            }
            let rest = embedded.narrow(0, first, embedded.dim(0)? - first)?; // [rest, text width]
            self.text_model.forward(&rest, [1 + draft.len(), draft.len()], cache)
        })
    }

    /// Embeddings of ids, pictures in the place of some: `[seq, text width]`.
    pub(super) fn embedded<'a>(&self, ids: &[u32], images: impl IntoIterator<Item = ImageSlots<'a>>) -> Result<Tensor> {
        let mut embedded = self.text_model.embed(ids)?; // [seq, text width]
        for ImageSlots { slots, embeds } in images {
            let before = embedded.narrow(0, 0, slots.start)?;
            let after = embedded.narrow(0, slots.end, ids.len() - slots.end)?;
            embedded = Tensor::cat(&[&before, embeds, &after], 0)?; // [seq, text width]
        }
        Ok(embedded)
    }

    /// Runs the decoder over tokens of several texts in one pass, so that the weights are read once for all (decode): the ids
    /// that follow those in each text's cache to all their hidden states, `[ids of all, text width]`, one text after the
    /// other. On the CPU each text's numbers are those that it gets by itself.
    ///
    /// # Errors
    /// When an id is not in the vocabulary, there are not as many caches as texts, or a cache is full.
    pub fn forward_each(&self, texts: &[&[u32]], caches: &mut [&mut KvCache]) -> Result<Tensor> {
        if texts.len() != caches.len() {
            bail!("{} texts are given {} caches", texts.len(), caches.len());
        }
        let embedded = self.text_model.embed(&texts.concat())?; // [seq, text width]
        let n_tokens: Vec<usize> = texts.iter().map(|ids| ids.len()).collect();
        on_threads(|| self.text_model.forward_each(&embedded, &n_tokens, caches))
    }

    /// Hidden states `[seq, text width]` to logits, the scores of every token that may follow: `[seq, vocab]`.
    ///
    /// # Errors
    /// When the shape is another.
    pub fn logits(&self, hidden: &Tensor) -> Result<Tensor> {
        on_threads(|| self.text_model.logits(hidden))
    }
}
