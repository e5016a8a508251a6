//! Results as a JSON file: an array of [`Record`]s.

use super::{Exporter, Record};

/// See the module's description.
#[derive(Clone, Copy, Debug)]
pub struct Json;

impl Exporter for Json {
    fn content(&self, results: &[Record]) -> serde_json::Result<Vec<u8>> {
        let mut content = serde_json::to_vec_pretty(results)?;
        content.push(b'\n');
        Ok(content)
    }
}
