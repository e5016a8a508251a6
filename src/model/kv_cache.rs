//! Keys and values of the tokens read so far: allocated once per generation, owned by it, handed to the decoder.

use candle_core::{DType, Device, Result, Tensor};

use super::config::TextConfig;

/// Keys and values of all layers.
#[derive(Debug)]
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

/// A copy of the first tokens of a cache, kept to begin other generations with.
#[derive(Clone, Debug)]
pub struct KvPrefix {
    layers: Vec<(Tensor, Tensor)>, // [n_tokens, width] each
}

impl KvCache {
    /// Room for `capacity` tokens.
    ///
    /// # Errors
    /// When the memory can't be had on the device.
    pub fn new(cfg: &TextConfig, capacity: usize, device: &Device) -> Result<Self> {
        let shape = (capacity, cfg.embed_dim);
        let layer = || {
            let keys = Tensor::zeros(shape, DType::F32, device)?;
            Ok(LayerCache { values: keys.zeros_like()?, keys, n_tokens: 0 })
        };
        Ok(Self { layers: (0..cfg.layers).map(|_| layer()).collect::<Result<_>>()? })
    }

    /// Tokens read so far.
    #[must_use]
    pub fn n_tokens(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.n_tokens)
    }

    /// Copies the first `n_tokens` out.
    ///
    /// # Errors
    /// When fewer have been read.
    pub fn prefix(&self, n_tokens: usize) -> Result<KvPrefix> {
        let copy = |t: &Tensor| t.narrow(0, 0, n_tokens)?.force_contiguous(); // [n_tokens, width]
        let layers = self.layers.iter().map(|layer| Ok((copy(&layer.keys)?, copy(&layer.values)?)));
        Ok(KvPrefix { layers: layers.collect::<Result<_>>()? })
    }

    /// Puts a prefix into an empty cache.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn begin_with(&mut self, prefix: &KvPrefix) -> Result<()> {
        for (layer, (keys, values)) in self.layers.iter_mut().zip(&prefix.layers) {
            layer.append(keys, values)?;
        }
        Ok(())
    }
}

impl LayerCache {
    /// Adds keys and values `[seq, width]`; gives views of all so far, `[past + seq, width]`.
    pub(super) fn append(&mut self, keys: &Tensor, values: &Tensor) -> Result<(Tensor, Tensor)> {
        self.keys.slice_set(keys, 0, self.n_tokens)?;
        self.values.slice_set(values, 0, self.n_tokens)?;
        self.n_tokens += keys.dim(0)?;
        Ok((self.keys.narrow(0, 0, self.n_tokens)?, self.values.narrow(0, 0, self.n_tokens)?))
    }
}
