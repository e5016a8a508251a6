//! The sizes of a checkpoint, read from its `config.json` under the published keys.
//!
//! Every size is checked against a range before anything is allocated by it: the file comes from outside.

use std::{fmt::Display, ops::RangeInclusive};

use serde::{Deserialize, Serialize};

/// Sizes of the whole network; keys as in the published `config.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The decoder.
    pub text_config: TextConfig,
    /// The vision tower.
    pub vision_config: VisionConfig,
    /// Latent queries of the resampler, and so image slots in a prompt; 64 as published.
    pub latent_query_num: usize,
}

/// Sizes of the Magneto decoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextConfig {
    /// Rows of the token embedding.
    pub vocab_size: usize,
    /// Tokens of prompt and answer together.
    pub max_position_embeddings: usize,
    /// Width of the residual stream.
    pub embed_dim: usize,
    /// Number of blocks.
    pub layers: usize,
    /// Inner width of the feed-forward part.
    pub ffn_dim: usize,
    /// Attention heads; they share `embed_dim` evenly.
    pub attention_heads: usize,
    /// The activation of the feed-forward part; only `gelu` (exact) is known.
    pub activation_function: String,
    /// Added to the variance in layer norms.
    pub layer_norm_eps: f64,
    /// Whether embeddings are multiplied by the square root of `embed_dim`.
    pub scale_embedding: bool,
}

/// Sizes of the CLIP vision tower.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisionConfig {
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Inner width of the MLP.
    pub intermediate_size: usize,
    /// Number of blocks.
    pub num_hidden_layers: usize,
    /// Attention heads; they share `hidden_size` evenly.
    pub num_attention_heads: usize,
    /// Colour channels; 3.
    pub num_channels: usize,
    /// Side of the square input, in pixels.
    pub image_size: usize,
    /// Side of a patch, in pixels.
    pub patch_size: usize,
    /// The activation of the MLP; only `quick_gelu` is known.
    pub hidden_act: String,
    /// Added to the variance in layer norms.
    pub layer_norm_eps: f64,
}

impl VisionConfig {
    /// Patches along one side of the input.
    #[must_use]
    pub fn patches_per_side(&self) -> usize {
        self.image_size / self.patch_size
    }

    /// Tokens of the tower: the class token and one a patch.
    #[must_use]
    pub fn n_tokens(&self) -> usize {
        1 + self.patches_per_side().pow(2)
    }
}

/// Why a `config.json` is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not JSON, or a key is missing or of the wrong type.
    #[error("its config.json can't be read: {0}")]
    Json(#[from] serde_json::Error),
    /// The sizes of another kind of model.
    #[error("it holds the model \"{0}\", not kosmos-2")]
    OtherModel(String),
    /// A size that can't be.
    #[error("its config.json says {key} = {value}, which must be {expected}")]
    Range {
        /// The key in `config.json`.
        key: &'static str,
        /// What the file says.
        value: String,
        /// What is possible.
        expected: String,
    },
}

/// What files call the model.
pub const MODEL_TYPE: &str = "kosmos-2";

impl Config {
    /// Reads and checks the content of a `config.json`.
    ///
    /// # Errors
    /// When it is not JSON, of another model, lacks a key or holds a size that can't be.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ConfigError> {
        let value: serde_json::Value = serde_json::from_slice(bytes)?;
        match value.get("model_type").and_then(serde_json::Value::as_str) {
            Some(MODEL_TYPE) => {}
            other => return Err(ConfigError::OtherModel(other.unwrap_or("without a name").to_owned())),
        }
        let config: Self = serde_json::from_value(value)?;
        config.check()?;
        Ok(config)
    }

    /// The content of a `config.json`, as [`Config::from_json`] reads it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut value = serde_json::json!({ "model_type": MODEL_TYPE });
        if let (Some(all), Ok(serde_json::Value::Object(sizes))) = (value.as_object_mut(), serde_json::to_value(self)) {
            all.extend(sizes);
        }
        value.to_string()
    }

    fn check(&self) -> Result<(), ConfigError> {
        let (text, vision) = (&self.text_config, &self.vision_config);
        for (key, value, range) in [
            ("latent_query_num", self.latent_query_num, 1..=4096),
            ("vocab_size", text.vocab_size, 1..=1_000_000),
            ("max_position_embeddings", text.max_position_embeddings, 16..=131_072),
            ("embed_dim", text.embed_dim, 4..=16_384),
            ("layers", text.layers, 1..=256),
            ("ffn_dim", text.ffn_dim, 1..=131_072),
            ("attention_heads", text.attention_heads, 1..=256),
            ("hidden_size", vision.hidden_size, 1..=16_384),
            ("intermediate_size", vision.intermediate_size, 1..=131_072),
            ("num_hidden_layers", vision.num_hidden_layers, 1..=256),
            ("num_attention_heads", vision.num_attention_heads, 1..=256),
            ("num_channels", vision.num_channels, 3..=3),
            ("image_size", vision.image_size, 1..=4096),
            ("patch_size", vision.patch_size, 1..=vision.image_size),
        ] {
            in_range(key, value, range)?;
        }
        divides("embed_dim", text.embed_dim, 2)?;
        divides("embed_dim", text.embed_dim, text.attention_heads)?;
        divides("hidden_size", vision.hidden_size, vision.num_attention_heads)?;
        divides("image_size", vision.image_size, vision.patch_size)?;
        in_range("image_size / patch_size", vision.patches_per_side(), 1..=128)?;
        for (key, value) in [("layer_norm_eps", text.layer_norm_eps), ("layer_norm_eps", vision.layer_norm_eps)] {
            if !(value > 0.0 && value < 1.0) {
                return Err(ConfigError::Range {
                    key,
                    value: value.to_string(),
                    expected: "between 0 and 1".to_owned(),
                });
            }
        }
        let (activation, hidden_act) = (&text.activation_function, &vision.hidden_act);
        require(activation == "gelu", "activation_function", activation, "gelu")?;
        require(hidden_act == "quick_gelu", "hidden_act", hidden_act, "quick_gelu")
    }
}

fn require(holds: bool, key: &'static str, value: impl Display, expected: &str) -> Result<(), ConfigError> {
    if holds {
        return Ok(());
    }
    Err(ConfigError::Range { key, value: value.to_string(), expected: expected.to_owned() })
}

fn in_range(key: &'static str, value: usize, range: RangeInclusive<usize>) -> Result<(), ConfigError> {
    require(range.contains(&value), key, value, &format!("from {} to {}", range.start(), range.end()))
}

fn divides(key: &'static str, value: usize, divisor: usize) -> Result<(), ConfigError> {
    require(value.is_multiple_of(divisor), key, value, &format!("a multiple of {divisor}"))
}
