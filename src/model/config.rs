//! The sizes of a checkpoint, read from its `config.json` under the published keys.
//!
//! Every size is checked against a range before anything is allocated by it: the file comes from outside.

use std::{fmt::Display, ops::RangeInclusive};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::words::brief;

/// Sizes of the whole network; keys as in the published `config.json`.
///
/// A key that is not there has the published value, as in the classes that wrote the file: some of their versions leave out
/// what is as published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
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
#[serde(default)]
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
#[serde(default)]
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

impl Default for Config {
    fn default() -> Self {
        Self { text_config: TextConfig::default(), vision_config: VisionConfig::default(), latent_query_num: 64 }
    }
}

impl Default for TextConfig {
    fn default() -> Self {
        Self {
            vocab_size: 65037,
            max_position_embeddings: 2048,
            embed_dim: 2048,
            layers: 24,
            ffn_dim: 8192,
            attention_heads: 32,
            activation_function: "gelu".to_owned(),
            layer_norm_eps: 1e-5,
            scale_embedding: true,
        }
    }
}

impl Default for VisionConfig {
    fn default() -> Self {
        Self {
            hidden_size: 1024,
            intermediate_size: 4096,
            num_hidden_layers: 24,
            num_attention_heads: 16,
            num_channels: 3,
            image_size: 224,
            patch_size: 14,
            hidden_act: "quick_gelu".to_owned(),
            layer_norm_eps: 1e-5,
        }
    }
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
    /// Not JSON, or a key is of the wrong type.
    #[error("its config.json can't be read: {}", brief(.0))]
    Json(String),
    /// The sizes of another kind of model.
    #[error("it holds the model \"{}\", not kosmos-2", brief(.0))]
    OtherModel(String),
    /// A size that can't be.
    #[error("its config.json says {key} = {}, which must be {expected}", brief(value))]
    Range {
        /// The key in `config.json`.
        key: &'static str,
        /// What the file says.
        value: String,
        /// What is possible.
        expected: String,
    },
    /// Sizes that can be, but with which a picture would take minutes.
    #[error(
        "the sizes in its config.json ask for {} billion operations a picture, {} times those of the published model, and at most {most_times} times are accepted",
        ops / 1_000_000_000, ops / published_ops
    )]
    TooMuchWork {
        /// Multiplications and additions of a picture and a short prompt.
        ops: usize,
        /// Those of the published model.
        published_ops: usize,
        /// How many times the published model's are accepted.
        most_times: usize,
    },
}

/// What may be added to a variance: numbers that are 0 in single precision would give a row of equal values no answer.
const LAYER_NORM_EPS: RangeInclusive<f64> = 1e-12..=0.1;

/// What files call the model.
pub const MODEL_TYPE: &str = "kosmos-2";

impl Config {
    /// Reads and checks the content of a `config.json`.
    ///
    /// # Errors
    /// When it is not JSON, of another model, or holds a size that can't be.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ConfigError> {
        let mut value: Value = serde_json::from_slice(bytes).map_err(|e| ConfigError::Json(e.to_string()))?;
        match value.get("model_type").and_then(Value::as_str) {
            Some(MODEL_TYPE) => {}
            other => return Err(ConfigError::OtherModel(other.unwrap_or("without a name").to_owned())),
        }
        // Null stands for the published value too.
        if let Some(keys) = value.as_object_mut() {
            keys.retain(|_, value| !value.is_null());
        }
        for name in ["text_config", "vision_config"] {
            match value.get_mut(name) {
                Some(Value::Object(keys)) => keys.retain(|_, value| !value.is_null()),
                Some(_) => return Err(ConfigError::Json(format!("{name}: invalid type, expected an object"))),
                None => {}
            }
        }
        let config: Self = serde_path_to_error::deserialize(value).map_err(|e| ConfigError::Json(e.to_string()))?;
        config.check()?;
        Ok(config)
    }

    /// The content of a `config.json`, as [`Config::from_json`] reads it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut value = serde_json::json!({ "model_type": MODEL_TYPE });
        if let (Some(all), Ok(Value::Object(sizes))) = (value.as_object_mut(), serde_json::to_value(self)) {
            all.extend(sizes);
        }
        value.to_string()
    }

    /// A picture must leave room for a short question and some words, and takes ids of the vocabulary, after the first four.
    fn most_latents(&self) -> usize {
        let TextConfig { max_position_embeddings, vocab_size, .. } = self.text_config;
        max_position_embeddings.saturating_sub(8).min(vocab_size.saturating_sub(4)).min(4096)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let (text, vision) = (&self.text_config, &self.vision_config);
        for (key, value, range) in [
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
            ("latent_query_num", self.latent_query_num, 1..=self.most_latents()),
        ] {
            in_range(key, value, range)?;
        }
        divides("embed_dim", text.embed_dim, 2)?;
        divides("embed_dim", text.embed_dim, text.attention_heads)?;
        divides("hidden_size", vision.hidden_size, vision.num_attention_heads)?;
        divides("image_size", vision.image_size, vision.patch_size)?;
        in_range("image_size / patch_size", vision.patches_per_side(), 1..=128)?;
        for (key, value) in [("layer_norm_eps", text.layer_norm_eps), ("layer_norm_eps", vision.layer_norm_eps)] {
            require(LAYER_NORM_EPS.contains(&value), key, value, "from 1e-12 to 0.1")?;
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
