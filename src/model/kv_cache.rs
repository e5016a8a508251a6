//! The KV cache: keys and values of the tokens read so far; the memory is kept from one answer to the next.

use candle_core::{DType, Device, Result, Tensor};

use super::config::TextConfig;

/// The cache has room for a multiple of this, so that it seldom grows.
const TOKENS_AT_ONCE: usize = 64;

/// Keys and values of all layers.
#[derive(Debug, Default)]
pub struct KvCache {
    pub(super) layers: Vec<LayerCache>,
}

/// Keys and values of one layer, with room for a fixed number of tokens.
#[derive(Debug)]
pub(super) struct LayerCache {
    keys: Tensor,   // [capacity, width]
    values: Tensor, // [capacity, width]
    n_tokens: usize,
}

impl KvCache {
    /// Tokens read so far.
    #[must_use]
    pub fn n_tokens(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.n_tokens)
    }

    /// Bytes of memory for `n_tokens`.
    #[must_use]
    pub fn n_bytes(n_tokens: usize, cfg: &TextConfig) -> u64 {
        let n_numbers = [n_tokens.next_multiple_of(TOKENS_AT_ONCE), cfg.embed_dim, 2, cfg.layers];
        n_numbers.iter().map(|n| *n as u64).product::<u64>() * size_of::<f32>() as u64
    }

    /// Forgets all but the first `n_tokens`.
    pub fn truncate(&mut self, n_tokens: usize) {
        for layer in &mut self.layers {
            layer.n_tokens = layer.n_tokens.min(n_tokens);
        }
    }

    /// Another one with the same tokens and as much room.
    ///
    /// # Errors
    /// When there is not enough memory.
    pub fn copy(&self) -> Result<Self> {
        let copy = |layer: &LayerCache| {
            Ok(LayerCache { keys: layer.keys.copy()?, values: layer.values.copy()?, n_tokens: layer.n_tokens })
        };
        Ok(Self { layers: self.layers.iter().map(copy).collect::<Result<_>>()? })
    }

    /// For each place the cache of one of these texts, which share their first `n_shared` tokens: of what follows only as
    /// much is copied as has to be.
    ///
    /// # Errors
    /// When there is not enough memory, or a parent is none of the caches.
    pub fn reordered(caches: Vec<Self>, parents: &[usize], n_shared: usize) -> Result<Vec<Self>> {
        let mut free: Vec<Option<Self>> = caches.into_iter().map(Some).collect();
        let mut placed: Vec<Option<Self>> = Vec::with_capacity(parents.len());
        // Each parent stays itself for its first child.
        for parent in parents {
            placed.push(free.get_mut(*parent).and_then(Option::take));
        }
        let mut spare: Vec<Self> = free.into_iter().flatten().collect();
        for at in 0..parents.len() {
            if placed[at].is_some() {
                continue;
            }
            let twin =
                parents.iter().position(|parent| *parent == parents[at]).and_then(|first| placed[first].as_ref());
            let Some(twin) = twin else { candle_core::bail!("there is no text {} to go on with", parents[at]) };
            let copy = match spare.pop() {
                Some(mut cache) => {
                    cache.take_tail(twin, n_shared)?;
                    cache
                }
                None => twin.copy()?,
            };
            placed[at] = Some(copy);
        }
        Ok(placed.into_iter().flatten().collect())
    }

    /// Takes over what follows the first `n_shared` tokens of another.
    fn take_tail(&mut self, other: &Self, n_shared: usize) -> Result<()> {
        self.truncate(n_shared);
        for (layer, other) in self.layers.iter_mut().zip(&other.layers) {
            let [keys, values] = other.all()?;
            let n = other.n_tokens - n_shared;
            if n > 0 {
                layer.append(&keys.narrow(0, n_shared, n)?, &values.narrow(0, n_shared, n)?)?;
            }
        }
        Ok(())
    }

    /// Makes room for `capacity` tokens, those read so far among them.
    pub(super) fn reserve(&mut self, capacity: usize, cfg: &TextConfig, device: &Device) -> Result<()> {
        if self.layers.first().is_some_and(|layer| layer.capacity() >= capacity) {
            return Ok(());
        }
        let capacity = capacity.next_multiple_of(TOKENS_AT_ONCE);
        let new_layer = |_| LayerCache::new(capacity, cfg.embed_dim, device);
        let mut layers = (0..cfg.layers).map(new_layer).collect::<Result<Vec<_>>>()?;
        for (layer, before) in layers.iter_mut().zip(&self.layers).filter(|(_, before)| before.n_tokens > 0) {
            let [keys, values] = before.all()?;
            layer.append(&keys, &values)?;
        }
        self.layers = layers;
        Ok(())
    }
}

impl LayerCache {
    /// An empty one with room for `capacity` tokens.
    pub(super) fn new(capacity: usize, width: usize, device: &Device) -> Result<Self> {
        let keys = Tensor::zeros((capacity, width), DType::F32, device)?;
        Ok(Self { values: keys.zeros_like()?, keys, n_tokens: 0 })
    }

    fn capacity(&self) -> usize {
        self.keys.dims()[0]
    }

    /// Views of all so far, `[n_tokens, width]` each.
    fn all(&self) -> Result<[Tensor; 2]> {
        Ok([self.keys.narrow(0, 0, self.n_tokens)?, self.values.narrow(0, 0, self.n_tokens)?])
    }

    /// Adds keys and values `[seq, width]`; gives views of all so far, `[past + seq, width]`.
    pub(super) fn append(&mut self, keys: &Tensor, values: &Tensor) -> Result<[Tensor; 2]> {
        self.keys.slice_set(keys, 0, self.n_tokens)?;
        self.values.slice_set(values, 0, self.n_tokens)?;
        self.n_tokens += keys.dim(0)?;
        self.all()
    }
}
