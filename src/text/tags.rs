//! The tokens that are not words, and their ids in a given tokenizer.
//!
//! Kosmos-2 marks linked phrases, boxes and the image with tokens of its own. Their ids depend on the size of the
//! vocabulary, so they are looked up by content; nothing else in the program knows a number.

use std::{collections::HashMap, ops::Range};

use super::error::TextError;
use crate::geometry::{GRID, PatchIndex};

const N_PATCHES: u32 = GRID * GRID;

/// What a token that is no word does in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Linked words begin.
    Phrase,
    /// Linked words end.
    PhraseEnd,
    /// The boxes of a phrase begin.
    Object,
    /// The boxes of a phrase end.
    ObjectEnd,
    /// Another box of the same phrase follows.
    Delimiter,
    /// A corner of a box.
    Patch(PatchIndex),
    /// The picture ends; only what follows it is text.
    ImageEnd,
    /// Says nothing about phrases and boxes.
    Silent,
}

/// Ids of the special tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tags {
    /// `<s>`, which begins every sequence.
    pub bos: u32,
    /// `<pad>`.
    pub pad: u32,
    /// `</s>`, with which the model says that it is done.
    pub eos: u32,
    /// `<unk>`, a run of characters the vocabulary lacks.
    pub unk: u32,
    /// `<image>`, before the image slots.
    pub image: u32,
    /// `</image>`, after the image slots.
    pub image_end: u32,
    /// `<phrase>`, before linked words.
    pub phrase: u32,
    /// `</phrase>`, after linked words.
    pub phrase_end: u32,
    /// `<object>`, before the boxes of a phrase.
    pub object: u32,
    /// `</object>`, after the boxes of a phrase.
    pub object_end: u32,
    /// `</delimiter_of_multi_objects/>`, between two boxes of one phrase.
    pub delimiter: u32,
    /// `<grounding>`, which asks for boxes.
    pub grounding: u32,
    /// The first of 1024 ids in a row, one for each cell of the grid.
    first_patch: u32,
}

impl Tags {
    /// Looks every tag up by its content.
    ///
    /// # Errors
    /// A sentence that names the missing token, or says that the location tokens are not in a row.
    pub(super) fn find(ids: &HashMap<String, u32>) -> Result<Self, TextError> {
        let id =
            |token: &str| ids.get(token).copied().ok_or_else(|| TextError::MissingToken { token: token.to_owned() });
        Ok(Self {
            bos: id("<s>")?,
            pad: id("<pad>")?,
            eos: id("</s>")?,
            unk: id("<unk>")?,
            image: id("<image>")?,
            image_end: id("</image>")?,
            phrase: id("<phrase>")?,
            phrase_end: id("</phrase>")?,
            object: id("<object>")?,
            object_end: id("</object>")?,
            delimiter: id("</delimiter_of_multi_objects/>")?,
            grounding: id("<grounding>")?,
            first_patch: first_patch(id)?,
        })
    }

    /// The id of a grid cell; one beyond the grid is taken for the last cell.
    #[must_use]
    pub fn patch(&self, patch: PatchIndex) -> u32 {
        self.first_patch + patch.0.min(N_PATCHES - 1)
    }

    /// The ids of all grid cells, in their order.
    #[must_use]
    pub fn patches(&self) -> Range<u32> {
        self.first_patch..self.first_patch + N_PATCHES
    }

    /// What an id does that is known to be no word.
    pub(super) fn tag(&self, id: u32) -> Tag {
        match id {
            _ if id == self.phrase => Tag::Phrase,
            _ if id == self.phrase_end => Tag::PhraseEnd,
            _ if id == self.object => Tag::Object,
            _ if id == self.object_end => Tag::ObjectEnd,
            _ if id == self.delimiter => Tag::Delimiter,
            _ if id == self.image_end => Tag::ImageEnd,
            _ => self.as_patch(id).map_or(Tag::Silent, Tag::Patch),
        }
    }

    /// The grid cell of an id; `None` if the id is something else.
    #[must_use]
    pub fn as_patch(&self, id: u32) -> Option<PatchIndex> {
        id.checked_sub(self.first_patch).map(PatchIndex).filter(|patch| patch.is_on_grid())
    }
}

fn first_patch(id: impl Fn(&str) -> Result<u32, TextError>) -> Result<u32, TextError> {
    let first = id(&patch_token(0))?;
    for cell in 0..N_PATCHES {
        if id(&patch_token(cell))?.checked_sub(first) != Some(cell) {
            let what =
                "its location tokens <patch_index_0000> to <patch_index_1023> are not numbered in a row".to_owned();
            return Err(TextError::Unsuitable { what });
        }
    }
    Ok(first)
}

fn patch_token(cell: u32) -> String {
    format!("<patch_index_{cell:04}>")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &str = "<s> <pad> </s> <unk> <image> </image> <phrase> </phrase> <object> </object> \
                         </delimiter_of_multi_objects/> <grounding>";

    fn ids() -> HashMap<String, u32> {
        NAMES.split(' ').map(str::to_owned).chain((0..N_PATCHES).map(patch_token)).zip(0..).collect()
    }

    #[test]
    fn every_tag_is_found() {
        let tags = Tags::find(&ids()).unwrap();
        let Tags { bos, pad, eos, unk, image, image_end, phrase, phrase_end, object, object_end, .. } = tags;
        assert_eq!(
            [bos, pad, eos, unk, image, image_end, phrase, phrase_end, object, object_end],
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        );
        assert_eq!((tags.delimiter, tags.grounding), (10, 11));
        assert_eq!(tags.patch(PatchIndex(863)), 12 + 863);
        assert_eq!(tags.patch(PatchIndex(5000)), 12 + 1023);
        assert_eq!(tags.as_patch(12 + 1023), Some(PatchIndex(1023)));
        assert_eq!((tags.as_patch(11), tags.as_patch(12 + 1024)), (None, None));
    }

    #[test]
    fn a_missing_tag_is_named() {
        for name in NAMES.split(' ').chain(["<patch_index_0000>", "<patch_index_0777>"]) {
            let mut ids = ids();
            ids.remove(name);
            assert!(Tags::find(&ids).unwrap_err().to_string().contains(&format!("no token {name};")));
        }
    }

    #[test]
    fn location_tokens_out_of_order_are_refused() {
        let mut ids = ids();
        ids.insert(patch_token(7), 12 + 8);
        ids.insert(patch_token(8), 12 + 7);
        assert!(Tags::find(&ids).unwrap_err().to_string().contains("not numbered in a row"));
    }
}
