//! A picture of the list: where it comes from, its pixels while they are in memory, and what the model said about it.

use std::sync::Arc;

use crate::{
    dataset::Verdict,
    engine::{Answer, PictureFacts},
    geometry::NormBox,
    picture::{Picture, PictureId, PictureSource},
    text::Task,
    ui::state::answer::AnswerState,
};

/// Tells entries apart for as long as the program runs. Later entries have larger ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(u64);

impl EntryId {
    pub(super) fn new(n_made: u64) -> Self {
        Self(n_made)
    }
}

/// A picture in the list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its identity.
    pub id: EntryId,
    /// To read it by, again and again.
    pub source: PictureSource,
    /// What to call it.
    pub name: String,
    /// Its pixels, if they are in memory.
    pub content: Content,
    /// What is shown of what the model said about it.
    pub answer: AnswerState,
    /// All complete answers, in the order they came.
    pub results: Vec<Arc<Answer>>,
    /// The last result before the conversation that is under way was begun.
    pub before_conversation: Option<Arc<Answer>>,
    /// The result that the one shown is compared with.
    pub compared: Option<Arc<Answer>>,
    /// Why its last run failed, in one sentence; `None` after one that did not.
    pub failure: Option<String>,
    /// What a person decided about its answer.
    pub verdict: Option<Verdict>,
    /// The rectangle drawn on it, while another picture is shown.
    pub region: Option<NormBox>,
    /// Counts how often its file was tried again or found to be another picture: what was made from it before is old.
    pub edition: u32,
    /// The picture as it was read last.
    seen: Option<PictureFacts>,
    /// Whether its file is to be looked at again: it was asked for while its pixels are in memory.
    pub(super) is_to_be_checked: bool,
}

/// The pixels of an entry.
#[derive(Clone, Debug)]
pub enum Content {
    /// Not in memory.
    Unread {
        /// Whether it is too large to be read before it is asked for.
        is_large: bool,
    },
    /// Being read under this identity.
    Reading(PictureId),
    /// In memory.
    Read(Picture),
    /// They can't be read; one sentence.
    Failed(String),
}

/// What a person should know about an answer that is about another picture than the one shown.
pub(in crate::ui) const CHANGED_SINCE: &str =
    "The picture has changed since this answer, which is about the earlier one; run again for this one";

impl Entry {
    pub(super) fn new(id: EntryId, source: PictureSource) -> Self {
        let name = source.name();
        Self {
            id,
            source,
            name,
            content: Content::Unread { is_large: false },
            answer: AnswerState::Empty,
            results: vec![],
            before_conversation: None,
            compared: None,
            failure: None,
            verdict: None,
            region: None,
            edition: 0,
            seen: None,
            is_to_be_checked: false,
        }
    }

    /// The questions and answers of the conversation that is under way, each with its place among the results.
    #[must_use]
    pub fn transcript(&self) -> Vec<(usize, &Arc<Answer>)> {
        let is_before =
            |answer: &Arc<Answer>| self.before_conversation.as_ref().is_some_and(|it| Arc::ptr_eq(it, answer));
        let begin = self.results.iter().position(is_before).map_or(0, |at| at + 1);
        let is_question = |answer: &Arc<Answer>| matches!(answer.task, Task::Ask { .. });
        self.results.iter().enumerate().skip(begin).filter(|(_, answer)| is_question(answer)).collect()
    }

    /// Its file is read again when it is wanted.
    pub(super) fn try_again(&mut self) {
        self.content = Content::Unread { is_large: false };
        self.edition += 1;
    }

    /// Takes in what was read. If that is what is in memory already, that stays: it may be shown and asked about.
    pub(super) fn take_in(&mut self, read: Picture) {
        let facts = PictureFacts::new(&read);
        let is_another = self.seen.as_ref().is_some_and(|seen| !seen.is_same_picture(&facts));
        match &mut self.content {
            Content::Read(old) if !is_another => old.stamp = read.stamp,
            content => *content = Content::Read(read),
        }
        if is_another {
            self.edition += 1;
            self.answer.forget_unfinished();
        }
        self.seen = Some(facts);
    }

    /// Whether an answer is about another picture than the one that was read last, because its file has changed since.
    #[must_use]
    pub fn has_changed_since(&self, answer: &Answer) -> bool {
        self.seen.as_ref().is_some_and(|seen| !seen.is_same_picture(&answer.asked))
    }

    /// It goes out of the list: nothing is read or written for it any more.
    pub(super) fn forget_pixels(&mut self) {
        if !matches!(self.content, Content::Failed(_)) {
            self.content = Content::Unread { is_large: false };
        }
        self.answer.interrupt();
    }

    /// Puts a result in the place of another one, also where that is referred to, and shows it. Returns the other one.
    pub fn replace(&mut self, at: usize, result: Arc<Answer>) -> Option<Arc<Answer>> {
        let before = std::mem::replace(self.results.get_mut(at)?, Arc::clone(&result));
        for other in [&mut self.before_conversation, &mut self.compared].into_iter().flatten() {
            if Arc::ptr_eq(other, &before) {
                *other = Arc::clone(&result);
            }
        }
        self.answer.show(result);
        Some(before)
    }

    /// Whether a person has corrected the answer shown, or decided about it.
    #[must_use]
    pub fn is_reviewed(&self) -> bool {
        self.verdict.is_some() || self.answer.latest().is_some_and(|answer| answer.made_by.edited)
    }

    /// The place of the result shown.
    #[must_use]
    pub fn shown_place(&self) -> Option<usize> {
        let shown = self.answer.finished()?;
        self.results.iter().position(|result| Arc::ptr_eq(result, shown))
    }

    /// The result that the one shown is compared with; both are among its results, and they are not the same.
    #[must_use]
    pub fn compared(&self) -> Option<&Arc<Answer>> {
        let compared = self.compared.as_ref()?;
        let is_kept = self.results.iter().any(|result| Arc::ptr_eq(result, compared));
        let shown = self.shown_place()?;
        (is_kept && !Arc::ptr_eq(&self.results[shown], compared)).then_some(compared)
    }

    /// Its pixels, if they are in memory.
    #[must_use]
    pub fn picture(&self) -> Option<&Picture> {
        if let Content::Read(picture) = &self.content { Some(picture) } else { None }
    }

    /// Why it can't be opened, or else why its last run failed.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        if let Content::Failed(error) = &self.content { Some(error) } else { self.failure.as_deref() }
    }
}
