//! What boxes are called in formats that know classes and no phrases.

use std::{borrow::Cow, collections::HashMap, path::Path, sync::Arc};

use serde_json::Value;

use super::{input::stream::whole, problem::DatasetError};
use crate::phrases::head_noun;

/// How words become the name of a class.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Classes {
    /// The words are the name.
    #[default]
    Exact,
    /// The noun that the words are about, as of one thing: `dog` for `two running dogs in a field`.
    Head,
    /// What a file says of the words, or else of their noun; boxes that it says nothing of are left out.
    Listed(Arc<HashMap<String, String>>),
}

impl Classes {
    /// Reads a file that lists classes: an object of JSON, from words to classes; or lines with words, a tab and a class, of
    /// which those without a tab name a class that is called as its words are.
    ///
    /// # Errors
    /// When it can't be read, or lists none.
    pub fn listed(path: &Path) -> Result<Self, DatasetError> {
        let content = whole(path).map_err(|e| DatasetError::unreadable(path, e))?;
        let text = String::from_utf8_lossy(&content);
        let classes: HashMap<String, String> = match serde_json::from_str::<HashMap<String, Value>>(&text) {
            Ok(object) => object
                .into_iter()
                .filter_map(|(words, class)| Some((key(&words), class.as_str()?.to_owned())))
                .collect(),
            Err(_) => {
                let lines = text.lines().map(|line| line.split_once('\t').unwrap_or((line, line)));
                let pairs = lines.map(|(words, class)| (key(words), class.trim().to_owned()));
                pairs.filter(|(words, class)| !words.is_empty() && !class.is_empty()).collect()
            }
        };
        if classes.is_empty() {
            return Err(DatasetError::malformed(
                path,
                "It lists no classes; write words, a tab and a class into each line",
            ));
        }
        Ok(Self::Listed(Arc::new(classes)))
    }

    /// The class of boxes with these words; `None` if they are of none.
    #[must_use]
    pub fn of<'a>(&self, words: &'a str) -> Option<Cow<'a, str>> {
        match self {
            Self::Exact => Some(words.into()),
            Self::Head => Some(head_noun(words).into()),
            Self::Listed(classes) => {
                let class = classes.get(&key(words)).or_else(|| classes.get(&head_noun(words)));
                class.map(|class| class.clone().into())
            }
        }
    }
}

fn key(words: &str) -> String {
    words.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_lists_classes_for_words_or_for_their_nouns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("classes.txt");
        for content in
            ["puppy\tdog\nA man in black\tperson\ncat\n", r#"{"puppy":"dog","a man in black":"person","cat":"cat"}"#]
        {
            std::fs::write(&path, content).unwrap();
            let classes = Classes::listed(&path).unwrap();
            let of = |words| classes.of(words).map(Cow::into_owned);
            assert_eq!(of("two puppies"), Some("dog".to_owned()));
            assert_eq!(of("a man in black"), Some("person".to_owned()));
            assert_eq!((of("a man in white"), of("a cat"), of("the sky")), (None, Some("cat".to_owned()), None));
        }
        std::fs::write(&path, "\n").unwrap();
        assert!(Classes::listed(&path).is_err_and(|e| e.to_string().starts_with("It lists no classes")));
    }
}
