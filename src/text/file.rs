//! A `tokenizer.json`, read with suspicion and reduced to what this model needs.
//!
//! Such files come from the internet, and the tokenizers library trusts them: crafted ones make it panic, hang or ask
//! for terabytes. So the file is never handed to it. Only the pieces, the added tokens and the table of character
//! replacements are taken; truncation, padding, decoder and post-processor are not even looked at, because
//! Kosmos-2 fixes what they would do.

use std::{
    collections::{BTreeMap, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
};

use serde::Deserialize;
use serde_json::Value;
use tokenizers::{
    NormalizerWrapper,
    normalizers::{NFKC, Nmt, Sequence},
};

use super::{charsmap, error::TextError};

/// Bytes of a file that are read at most; the published one has 4.7 million.
pub(super) const MAX_FILE_BYTES: usize = 32 << 20;
/// Pieces at most; Kosmos-2 has 64,002.
const MAX_PIECES: usize = 1 << 18;
/// Bytes of all pieces together at most, which bounds the memory of the search tree; Kosmos-2 has 550,000.
const MAX_PIECE_BYTES: usize = 2 << 20;
/// Added tokens at most; Kosmos-2 has 1,040.
const MAX_ADDED: usize = 100_000;
/// Bytes of one added token at most.
const MAX_ADDED_BYTES: usize = 256;
/// Log probabilities lie within plus and minus this; Kosmos-2's lie in -21..=0.
const MAX_SCORE: f64 = 1e4;

/// What is taken from the file.
pub(super) struct TokenizerFile {
    /// Pieces and their log probabilities; the id is the index.
    pub(super) pieces: Vec<(String, f64)>,
    /// Id of the piece that stands for unknown characters.
    pub(super) unk_id: u32,
    /// Whether unknown characters are written as pieces that stand for a byte each.
    pub(super) byte_fallback: bool,
    /// Ids of the added tokens by content.
    pub(super) added: HashMap<String, u32>,
    /// Contents of the added tokens that follow the pieces; the first has the id `pieces.len()`.
    pub(super) after_pieces: Vec<String>,
    /// Replaces characters before the pieces are looked for.
    pub(super) normalizer: NormalizerWrapper,
}

#[derive(Deserialize)]
struct Layout {
    added_tokens: Vec<AddedToken>,
    #[serde(default)]
    normalizer: Value,
    #[serde(default)]
    pre_tokenizer: Value,
    model: Value,
}

#[derive(Deserialize)]
struct AddedToken {
    id: u32,
    content: String,
}

#[derive(Deserialize)]
struct Unigram {
    unk_id: Option<u32>,
    vocab: Vec<(String, f64)>,
    #[serde(default)]
    byte_fallback: bool,
}

impl TokenizerFile {
    /// Reads and checks the bytes of a `tokenizer.json`.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, TextError> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(TextError::TooLarge { n_bytes: bytes.len(), limit: MAX_FILE_BYTES });
        }
        let unreadable = |cause: String| TextError::Unreadable { cause };
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let layout: Layout = serde_path_to_error::deserialize(&mut json).map_err(|e| unreadable(e.to_string()))?;
        json.end().map_err(|e| unreadable(e.to_string()))?;
        if layout.model.get("type").and_then(Value::as_str) != Some("Unigram") {
            return unsuitable("its model is not a Unigram model");
        }
        let Unigram { unk_id, vocab: pieces, byte_fallback } =
            serde_path_to_error::deserialize(layout.model).map_err(|e| unreadable(format!("model.{e}")))?;
        let Some(unk_id) = unk_id.filter(|&id| (id as usize) < pieces.len()) else {
            return unsuitable("it has no piece for unknown characters");
        };
        check_pieces(&pieces)?;
        if byte_fallback && byte_pieces(&pieces).len() < 256 {
            return unsuitable("it has no piece for some bytes");
        }
        let (added, after_pieces) = number_added(layout.added_tokens, &pieces)?;
        let splitters = ["Sequence", "WhitespaceSplit", "Metaspace"];
        check_kinds(&layout.pre_tokenizer, "pretokenizers", &splitters)?;
        Ok(Self { unk_id, byte_fallback, added, after_pieces, normalizer: normalizer(&layout.normalizer)?, pieces })
    }
}

fn unsuitable<T>(what: impl Into<String>) -> Result<T, TextError> {
    Err(TextError::Unsuitable { what: what.into() })
}

/// The bytes that pieces such as `<0x0A>` stand for, by id.
pub(super) fn byte_pieces(pieces: &[(String, f64)]) -> HashMap<u32, u8> {
    let bytes: HashMap<String, u8> = (0..=u8::MAX).map(|byte| (format!("<0x{byte:02X}>"), byte)).collect();
    pieces.iter().zip(0..).filter_map(|((piece, _), id)| Some((id, *bytes.get(piece)?))).collect()
}

fn check_pieces(pieces: &[(String, f64)]) -> Result<(), TextError> {
    let n_bytes: usize = pieces.iter().map(|(piece, _)| piece.len()).sum();
    if pieces.len() > MAX_PIECES || n_bytes > MAX_PIECE_BYTES {
        return unsuitable(format!("it has {} pieces of {n_bytes} bytes in all, too many", pieces.len()));
    }
    if let Some(id) = pieces.iter().position(|(piece, score)| piece.is_empty() || score.abs() > MAX_SCORE) {
        return unsuitable(format!("its piece {id} is empty or has an impossible score"));
    }
    Ok(())
}

/// Ids of the added tokens by content, and those after the pieces in order.
///
/// An id in the file must be the row of the weights it will index, so disagreement is refused, not mended.
fn number_added(
    tokens: Vec<AddedToken>,
    pieces: &[(String, f64)],
) -> Result<(HashMap<String, u32>, Vec<String>), TextError> {
    if tokens.len() > MAX_ADDED || tokens.iter().any(|t| t.content.is_empty() || t.content.len() > MAX_ADDED_BYTES) {
        let n_tokens = tokens.len();
        return unsuitable(format!("its {n_tokens} added_tokens are too many, or one is empty or very long"));
    }
    let piece_ids: HashMap<&str, usize> = pieces.iter().zip(0..).map(|((piece, _), id)| (piece.as_str(), id)).collect();
    if piece_ids.len() < pieces.len() {
        return unsuitable("it has the same piece twice");
    }
    let mut added = HashMap::new();
    let mut after_pieces = BTreeMap::new();
    for AddedToken { id, content } in tokens {
        let as_piece = piece_ids.get(content.as_str()).copied();
        let fits = as_piece.map_or(id as usize >= pieces.len(), |piece| piece == id as usize);
        if !fits || added.insert(content.clone(), id).is_some_and(|other| other != id) {
            return unsuitable(format!("its token {content:?} has two different numbers"));
        }
        if as_piece.is_none() && after_pieces.insert(id, content.clone()).is_some_and(|other| other != content) {
            return unsuitable(format!("its token {content:?} shares a number with another one"));
        }
    }
    if after_pieces.keys().zip(pieces.len()..).any(|(&id, expected)| id as usize != expected) {
        return unsuitable("there are gaps in the numbers of its added_tokens");
    }
    Ok((added, after_pieces.into_values().collect()))
}

/// The replacements of sentencepiece's `nmt_nfkc`, which the model was trained with.
///
/// The published file carries them as a compiled table. Transformers 5 leaves the table out when it saves a tokenizer
/// built from a bare vocabulary; then the library's own NMT and NFKC rules stand in. Compared with sentencepiece on
/// each character up to U+2FFFF they differ for U+0085, U+0344 and U+FF5E only. Whitespace is folded by the splitter.
fn normalizer(value: &Value) -> Result<NormalizerWrapper, TextError> {
    check_kinds(value, "normalizers", &["Sequence", "Precompiled", "Replace", "Nmt", "NFKC", "Strip"])?;
    match compiled_table(value) {
        Some(table) => match charsmap::read(table) {
            Ok(table) => Ok(table.into()),
            Err(what) => unsuitable(what),
        },
        None => Ok(Sequence::new(vec![Nmt.into(), NFKC.into()]).into()),
    }
}

/// The text of the table; empty if it is something else than text.
fn compiled_table(value: &Value) -> Option<&str> {
    match value.get("type")?.as_str()? {
        "Precompiled" => Some(value.get("precompiled_charsmap").and_then(Value::as_str).unwrap_or_default()),
        "Sequence" => value.get("normalizers")?.as_array()?.iter().find_map(compiled_table),
        _ => None,
    }
}

/// Refuses a component of a kind that a Kosmos-2 tokenizer can't have: it would give other ids than ours.
fn check_kinds(value: &Value, list: &str, known: &[&str]) -> Result<(), TextError> {
    if value.is_null() {
        return Ok(());
    }
    let kind = value.get("type").and_then(Value::as_str).unwrap_or("unnamed");
    if !known.contains(&kind) {
        return unsuitable(format!("it has a component of kind {kind:?}"));
    }
    let parts = value.get(list).and_then(Value::as_array);
    parts.into_iter().flatten().try_for_each(|part| check_kinds(part, list, known))
}

/// Runs code of the tokenizers library, which panics on some data, and gives the cause of a failure as text.
pub(super) fn guarded<T>(work: impl FnOnce() -> tokenizers::Result<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|e| e.to_string()),
        Err(_) => Err("the tokenizers library stopped unexpectedly".to_owned()),
    }
}
