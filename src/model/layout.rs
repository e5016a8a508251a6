//! The layout of a checkpoint: which tensors it must hold, by name and shape, as published.
//!
//! Loading compares a checkpoint with this list before any weight is read, so that one error names everything that
//! is missing, left over or misshapen. Nothing is ever initialised at random.

use std::collections::BTreeMap;

use super::config::{Config, TextConfig, VisionConfig};
use crate::words::brief;

/// Shapes by tensor name.
pub type Shapes = BTreeMap<String, Vec<usize>>;

/// Lists all tensors of a checkpoint of these sizes.
#[must_use]
pub fn expected(cfg: &Config) -> Shapes {
    let mut list = List(Shapes::new());
    list.vision(&cfg.vision_config);
    list.resampler(cfg);
    list.decoder(&cfg.text_config);
    list.0
}

/// Whether a checkpoint may hold this tensor although the network has no use for it.
///
/// The head is tied to the embedding, and older exports wrote constant tables out.
#[must_use]
pub fn is_ignored(name: &str) -> bool {
    name == "text_model.lm_head.weight"
        || name == "text_model.model.embed_positions.weights"
        || name == "vision_model.model.embeddings.position_ids"
}

/// What a tensor is for, as far as the choice of its number format goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A matrix of a decoder's block, read at every token.
    Decoder,
    /// The token embedding, which is the head too.
    Embedding,
    /// A matrix of the vision tower.
    Vision,
    /// A matrix that is not quantized: of the patch embedding or of the resampler, through which all of a picture goes without any
    /// norm.
    KeepExact,
    /// Not a matrix to multiply with, but a norm, a bias or positions.
    Small,
}

/// The role of a tensor by its name.
#[must_use]
pub fn role(name: &str) -> Role {
    let endings = ["_proj.weight", ".fc1.weight", ".fc2.weight", ".dense.weight"];
    let is_matrix = endings.iter().any(|ending| name.ends_with(ending));
    match name {
        _ if name.ends_with("patch_embedding.weight") => Role::KeepExact,
        _ if name.ends_with("embed_tokens.weight") => Role::Embedding,
        _ if !is_matrix => Role::Small,
        _ if name.starts_with("image_to_text_projection.") => Role::KeepExact,
        _ if name.starts_with("text_model.") => Role::Decoder,
        _ => Role::Vision,
    }
}

/// Names that an error spells out of each kind; another model differs in all of them.
const MOST_NAMED: usize = 5;

/// How a checkpoint differs from what its sizes ask for; at least one list is not empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// Names that are not there.
    pub missing: Vec<String>,
    /// Names that do not belong there.
    pub extra: Vec<String>,
    /// Name, shape found, shape expected.
    pub misshapen: Vec<(String, Vec<usize>, Vec<usize>)>,
}

/// Compares the tensors found with those expected.
///
/// # Errors
/// When they differ: everything that does, in one value.
pub fn check(expected: &Shapes, found: &Shapes) -> Result<(), Mismatch> {
    let missing = expected.keys().filter(|name| !found.contains_key(*name)).cloned().collect();
    let extra = found.keys().filter(|name| !expected.contains_key(*name) && !is_ignored(name)).cloned().collect();
    let misshapen = expected
        .iter()
        .filter_map(|(name, shape)| found.get(name).filter(|s| *s != shape).map(|s| (name, s, shape)))
        .map(|(name, found, expected)| (name.clone(), found.clone(), expected.clone()))
        .collect();
    let mismatch = Mismatch { missing, extra, misshapen };
    if mismatch == Mismatch::default() { Ok(()) } else { Err(mismatch) }
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let misshapen: Vec<String> = self
            .misshapen
            .iter()
            .map(|(name, found, expected)| format!("{name} (is {found:?}, should be {expected:?})"))
            .collect();
        let mut parts = Vec::new();
        for (what, names) in [("missing", &self.missing), ("left over", &self.extra), ("misshapen", &misshapen)] {
            if !names.is_empty() {
                let more = names.len().saturating_sub(MOST_NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let named: Vec<String> = names.iter().take(MOST_NAMED).map(brief).collect();
                parts.push(format!("{} {what}: {}{more}", names.len(), named.join(", ")));
            }
        }
        f.write_str(&parts.join("; "))
    }
}

impl std::error::Error for Mismatch {}

struct List(Shapes);

impl List {
    fn add(&mut self, name: String, shape: &[usize]) {
        self.0.insert(name, shape.to_vec());
    }

    fn linear(&mut self, name: &str, inputs: usize, outputs: usize) {
        self.add(format!("{name}.weight"), &[outputs, inputs]);
        self.add(format!("{name}.bias"), &[outputs]);
    }

    fn norm(&mut self, name: &str, width: usize) {
        self.add(format!("{name}.weight"), &[width]);
        self.add(format!("{name}.bias"), &[width]);
    }

    fn attention(&mut self, name: &str, width: usize) {
        for part in ["q_proj", "k_proj", "v_proj", "out_proj"] {
            self.linear(&format!("{name}.{part}"), width, width);
        }
    }

    fn vision(&mut self, cfg: &VisionConfig) {
        let (root, width) = ("vision_model.model", cfg.hidden_size);
        let patch = [width, cfg.num_channels, cfg.patch_size, cfg.patch_size];
        self.add(format!("{root}.embeddings.class_embedding"), &[width]);
        self.add(format!("{root}.embeddings.patch_embedding.weight"), &patch);
        self.add(format!("{root}.embeddings.position_embedding.weight"), &[cfg.n_tokens(), width]);
        self.norm(&format!("{root}.pre_layrnorm"), width);
        self.norm(&format!("{root}.post_layernorm"), width);
        for layer in 0..cfg.num_hidden_layers {
            let layer = format!("{root}.encoder.layers.{layer}");
            self.attention(&format!("{layer}.self_attn"), width);
            self.norm(&format!("{layer}.layer_norm1"), width);
            self.norm(&format!("{layer}.layer_norm2"), width);
            self.linear(&format!("{layer}.mlp.fc1"), width, cfg.intermediate_size);
            self.linear(&format!("{layer}.mlp.fc2"), cfg.intermediate_size, width);
        }
    }

    fn resampler(&mut self, cfg: &Config) {
        let (root, width) = ("image_to_text_projection", cfg.text_config.embed_dim);
        self.linear(&format!("{root}.dense"), cfg.vision_config.hidden_size, width);
        self.add(format!("{root}.latent_query"), &[cfg.latent_query_num, width]);
        self.attention(&format!("{root}.x_attn"), width);
    }

    fn decoder(&mut self, cfg: &TextConfig) {
        let (root, width) = ("text_model.model", cfg.embed_dim);
        self.add(format!("{root}.embed_tokens.weight"), &[cfg.vocab_size, width]);
        self.norm(&format!("{root}.layer_norm"), width);
        for layer in 0..cfg.layers {
            let layer = format!("{root}.layers.{layer}");
            self.attention(&format!("{layer}.self_attn"), width);
            self.norm(&format!("{layer}.self_attn.inner_attn_ln"), width);
            self.norm(&format!("{layer}.self_attn_layer_norm"), width);
            self.linear(&format!("{layer}.ffn.fc1"), width, cfg.ffn_dim);
            self.norm(&format!("{layer}.ffn.ffn_layernorm"), cfg.ffn_dim);
            self.linear(&format!("{layer}.ffn.fc2"), cfg.ffn_dim, width);
            self.norm(&format!("{layer}.final_layer_norm"), width);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_sizes_give_the_published_tensors() {
        let shapes = expected(&Config::default());
        let n_parameters: usize = shapes.values().map(|s| s.iter().product::<usize>()).sum();
        assert_eq!((shapes.len(), n_parameters), (885, 1_664_485_376));
        assert_eq!(shapes["text_model.model.layers.23.ffn.fc1.weight"], [8192, 2048]);
        assert_eq!(shapes["vision_model.model.embeddings.position_embedding.weight"], [257, 1024]);
    }

    #[test]
    fn one_error_lists_everything_that_differs() {
        let expected = expected(&Config::default());
        let mut found = expected.clone();
        found.remove("image_to_text_projection.latent_query");
        found.insert("text_model.lm_head.weight".to_owned(), vec![65037, 2048]);
        found.insert("visual.conv1".to_owned(), vec![1]);
        found.insert("text_model.model.layer_norm.bias".to_owned(), vec![2047]);
        let message = check(&expected, &found).unwrap_err().to_string();
        assert_eq!(
            message,
            "1 missing: image_to_text_projection.latent_query; 1 left over: visual.conv1; \
             1 misshapen: text_model.model.layer_norm.bias (is [2047], should be [2048])"
        );
        assert!(check(&expected, &expected).is_ok());
    }

    #[test]
    fn impossible_sizes_are_refused() {
        let check = |from: &str, to: &str, expected: &str| {
            let text = Config::default().to_json().replace(from, to);
            let message = Config::from_json(text.as_bytes()).unwrap_err().to_string();
            assert!(message.contains(expected) && message.len() < 500, "{message}");
        };
        check("\"layers\":24", "\"layers\":1000000000", "layers = 1000000000, which must be from 1 to 256");
        check("\"attention_heads\":32", "\"attention_heads\":0", "attention_heads = 0");
        check("\"attention_heads\":32", "\"attention_heads\":33", "a multiple of 33");
        check("\"layers\":24", "\"layers\":-1", "can't be read: text_config.layers: invalid value");
        check("\"patch_size\":14", "\"patch_size\":\"14\"", "can't be read: vision_config.patch_size: invalid type");
        check("\"latent_query_num\":64", "\"latent_query_num\":2041", "must be from 1 to 2040");
        check("\"vocab_size\":65037", "\"vocab_size\":60", "latent_query_num = 64, which must be from 1 to 56");
        check("kosmos-2", "llava", "it holds the model \"llava\", not kosmos-2");
        let long = "x".repeat(100_000);
        check("kosmos-2", &long, "it holds the model \"xxx");
        check("quick_gelu", &long, "hidden_act = xxx");
        let published = Config::default();
        let text_config = serde_json::to_value(&published.text_config).unwrap().to_string();
        for other in ["[]", "[1]", "3", "\"x\"", "false"] {
            check(&text_config, other, "can't be read: text_config: invalid type, expected an object");
        }
        check("\"layers\":24", &format!("\"layers\":\"{long}\""), "text_config.layers: invalid type: string \"xxx");
    }

    #[test]
    fn what_a_configuration_leaves_out_is_as_published() {
        for text in [
            r#"{"model_type": "kosmos-2"}"#,
            r#"{"model_type": "kosmos-2", "text_config": null, "vision_config": {}, "latent_query_num": null}"#,
            r#"{"model_type": "kosmos-2", "text_config": {"layers": null}, "vision_config": {"hidden_act": null}}"#,
            r#"{"model_type": "kosmos-2", "latent_query_num": 64, "text_config": {"model_type": "kosmos_2_text_model"}}"#,
        ] {
            assert_eq!(Config::from_json(text.as_bytes()).unwrap(), Config::default(), "{text}");
        }
        let text = r#"{"model_type": "kosmos-2", "text_config": {"layers": 3}}"#;
        let expected = TextConfig { layers: 3, ..TextConfig::default() };
        assert_eq!(Config::from_json(text.as_bytes()).unwrap().text_config, expected);
    }
}
