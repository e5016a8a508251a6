//! The original `kosmos-2.pt`: a zip archive with a pickled description and each tensor's bytes.
//!
//! Only converting reads it. Nothing of it is executed (see [`crate::pickle`]); a tensor is believed if its description
//! is the one call that `torch.save` writes for tensors, and if its bytes are there.

use std::{
    collections::HashMap,
    io::{BufReader, Read as _},
    path::Path,
};

use zip::{CompressionMethod, ZipArchive};

use crate::{
    checkpoint::{
        error::CheckpointError,
        files::ReadSeek,
        stored::{Header, StoredDtype, StoredTensor},
    },
    model::layout,
    pickle::{Id, Pickle},
};

/// No description is larger; that of 885 tensors has 200 kB.
const MOST_PICKLE_BYTES: u64 = 64 << 20;

/// From the original's names to the published ones, in the order in which they are replaced (the published conversion
/// script).
const RENAMED: [(&str, &str); 15] = [
    ("gpt_model.decoder.output_projection", "text_model.lm_head"),
    ("gpt_model.decoder", "text_model.model"),
    ("img_connector", "image_to_text_projection"),
    ("img_model.visual.class_embedding", "vision_model.model.embeddings.class_embedding"),
    ("img_model.visual.positional_embedding", "vision_model.model.embeddings.position_embedding.weight"),
    ("img_model.visual.conv1", "vision_model.model.embeddings.patch_embedding"),
    ("img_model.visual", "vision_model.model"),
    ("ln_pre", "pre_layrnorm"),
    ("ln_post", "post_layernorm"),
    ("transformer.resblocks", "encoder.layers"),
    ("ts_attn", "self_attn"),
    ("ln_1", "layer_norm1"),
    ("ln_2", "layer_norm2"),
    ("c_fc", "fc1"),
    ("c_proj", "fc2"),
];

/// Tables that are computed, not learnt.
const IGNORED: [&str; 2] =
    ["gpt_model.decoder.embed_positions._float_tensor", "gpt_model.decoder.self_attn_sope.scale"];

/// Where in the file the bytes of an archive's entry are.
struct Entry {
    offset: u64,
    n_bytes: u64,
}

/// Reads the description of all tensors, under their published names.
pub(super) fn read_header(file: &mut dyn ReadSeek, _: u64, path: &Path) -> Result<Header, CheckpointError> {
    let damaged = |reason: String| CheckpointError::Damaged { reason, path: path.to_owned() };
    let (entries, description) = open(file).map_err(damaged)?;
    let pickle =
        Pickle::read(&description).map_err(|reason| damaged(format!("its description can't be read: {reason}")))?;
    let find = |pairs: &[(Id, Id)], wanted: &str| {
        pairs.iter().find(|(key, _)| pickle.text(*key) == Some(wanted)).map(|(_, value)| *value)
    };
    let model = pickle.pairs(pickle.root()).and_then(|pairs| pickle.pairs(find(pairs, "model")?));
    let model = model.ok_or_else(|| damaged("it has no \"model\", so it is not a fairseq checkpoint".to_owned()))?;
    let mut tensors = Vec::new();
    for (key, value) in model {
        let Some(name) = pickle.text(*key).filter(|name| !IGNORED.contains(name)) else { continue };
        match tensor(&pickle, name, *value, &entries) {
            Some(tensor) => tensors.push(tensor),
            None if layout::is_ignored(&published_name(name)) => {}
            None => return Err(damaged(format!("it does not hold {name:?} as a whole tensor of f32, f16 or bf16"))),
        }
    }
    tensors.sort_by_key(|tensor| tensor.offset);
    Ok(Header { tensors, about: None })
}

/// The entries by the last part of their names, and the content of the description.
fn open(file: &mut dyn ReadSeek) -> Result<(HashMap<String, Entry>, Vec<u8>), String> {
    let old = "it is not a zip archive; if a PyTorch before 1.6 saved it, save it again with a newer one";
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| old.to_owned())?;
    let (mut entries, mut description) = (HashMap::new(), None);
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i).map_err(|e| e.to_string())?;
        let name = entry.name().map_err(|e| e.to_string())?.into_owned();
        if name.ends_with("/data.pkl") {
            let mut bytes = Vec::new();
            entry.by_ref().take(MOST_PICKLE_BYTES).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
            description = Some(bytes);
        } else if let (Some((_, key)), CompressionMethod::Stored, Some(offset)) =
            (name.split_once("/data/"), entry.compression(), entry.data_start())
        {
            entries.insert(key.to_owned(), Entry { offset, n_bytes: entry.size() });
        }
    }
    Ok((entries, description.ok_or("it holds no data.pkl")?))
}

/// `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, …)`, if it is a whole one.
fn tensor(pickle: &Pickle, name: &str, id: Id, entries: &HashMap<String, Entry>) -> Option<StoredTensor> {
    let call = match pickle.call(id)? {
        ("torch._utils._rebuild_parameter", [tensor, ..]) => pickle.call(*tensor)?,
        call => call,
    };
    let ("torch._utils._rebuild_tensor_v2", [storage, offset, shape, strides, ..]) = call else {
        return None;
    };
    let [_, class, key, ..] = pickle.outside(*storage)? else { return None };
    let (dtype, width) = match pickle.name(*class)? {
        "torch.FloatStorage" => (StoredDtype::F32, 4),
        "torch.HalfStorage" => (StoredDtype::F16, 2),
        "torch.BFloat16Storage" => (StoredDtype::BF16, 2),
        _ => return None,
    };
    let sizes = |id: Id| pickle.sequence(id)?.iter().map(|id| pickle.size(*id)).collect::<Option<Vec<_>>>();
    let (shape, strides) = (sizes(*shape)?, sizes(*strides)?);
    let (entry, n_bytes) = (entries.get(pickle.text(*key)?)?, dtype.n_bytes(&shape)?);
    let start = (pickle.size(*offset)? as u64).checked_mul(width)?;
    let fits = start.checked_add(n_bytes)? <= entry.n_bytes;
    let (name, offset) = (published_name(name), entry.offset.checked_add(start)?);
    let tensor = StoredTensor { name, dtype, shape, offset, n_bytes, sha256: None };
    (fits && is_contiguous(&tensor.shape, &strides)).then_some(tensor)
}

/// Whether numbers follow each other row by row, without gaps.
fn is_contiguous(shape: &[usize], strides: &[usize]) -> bool {
    let mut expected = 1_usize;
    let dims = shape.iter().zip(strides).rev();
    shape.len() == strides.len()
        && dims.into_iter().all(|(n, stride)| {
            let is_fine = *n == 1 || *stride == expected;
            expected = expected.saturating_mul(*n);
            is_fine
        })
}

fn published_name(original: &str) -> String {
    RENAMED.iter().fold(original.to_owned(), |name, (from, to)| name.replace(from, to))
}
