//! Which pictures of the list are shown in the strip and in which order, and which of them are chosen together.
//!
//! The list itself stays as it is: what is shown is only another view of it, made anew after each change.

mod listed;

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    path::PathBuf,
    time::SystemTime,
};

use serde::{Deserialize, Serialize};

use super::{
    pictures::{Collection, Entry, EntryId},
    work::{Batch, EntryStatus, Work},
};
use crate::{dataset::Verdict, picture::natural_order};

/// What a person has set at the head of the strip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// Words that the name or the caption has to have; none for all pictures.
    pub search: String,
    /// How far the pictures are.
    pub filter: Filter,
    /// Their order.
    pub sort: Sort,
}

/// Which pictures are shown, by how far they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// All.
    #[default]
    All,
    /// Those without an answer, also if they wait for their turn.
    ToDo,
    /// The one that the model is at.
    Running,
    /// Those with an answer.
    Done,
    /// Those that can't be opened, or whose last run failed.
    Failed,
    /// Those whose answer a person has changed.
    Edited,
    /// Those about whose answer there is something to know.
    WithNotes,
    /// Those with an answer that nobody has decided about.
    Unreviewed,
    /// Those that a person found right.
    Accepted,
    /// Those that somebody should look at again.
    Unsure,
    /// Those that a person found to be of no use.
    Rejected,
}

/// The order in which pictures are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// As they were opened.
    #[default]
    Opened,
    /// By name, numbers by their value.
    Name,
    /// By the date of their files, the newest first; pictures without a file stand last.
    Date,
    /// By how far they are, what needs a person first.
    State,
    /// By the lowest score of their boxes, the least sure first; pictures without scores stand last.
    Score,
}

/// The pictures shown and chosen.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    pub(in crate::ui) arrangement: Arrangement,
    /// Those shown, in their order; `None` for all as they are in the list.
    pub(super) shown: Option<Vec<EntryId>>,
    /// All by name or date, which takes its time: it is done once for an edition of the list.
    sorted: Sorted,
    /// When their files were changed; `None` while that is being looked up, and without a file.
    dates: HashMap<EntryId, Option<SystemTime>>,
    /// The edition of the list whose dates were asked for last.
    dated: u64,
    /// Chosen together; empty where only the picture shown is meant.
    pub(in crate::ui) chosen: BTreeSet<EntryId>,
    /// Where a range of chosen pictures begins.
    pub(in crate::ui) anchor: Option<EntryId>,
}

/// All pictures in an order that does not change while they are asked about.
#[derive(Clone, Debug, Default)]
struct Sorted {
    sort: Sort,
    /// Of the list that it is of.
    edition: u64,
    ids: Vec<EntryId>,
}

impl Filter {
    /// In the order of the menu.
    pub const ALL: [Self; 11] = [
        Self::All,
        Self::ToDo,
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::Edited,
        Self::WithNotes,
        Self::Unreviewed,
        Self::Accepted,
        Self::Unsure,
        Self::Rejected,
    ];

    /// In words for a person.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::ToDo => "To do",
            Self::Running => "Running",
            Self::Done => "Done",
            Self::Failed => "Failed",
            Self::Edited => "Edited",
            Self::WithNotes => "With notes",
            Self::Unreviewed => "Unreviewed",
            Self::Accepted => "Accepted",
            Self::Unsure => "Unsure",
            Self::Rejected => "Rejected",
        }
    }

    fn lets_pass(self, entry: &Entry, status: EntryStatus) -> bool {
        let answer = || entry.answer.finished();
        match self {
            Self::All => true,
            Self::ToDo => matches!(status, EntryStatus::Unasked | EntryStatus::Waiting | EntryStatus::Outdated),
            Self::Running => status == EntryStatus::Running,
            Self::Done => status == EntryStatus::Done,
            Self::Failed => status == EntryStatus::Failed,
            Self::Edited => answer().is_some_and(|answer| answer.made_by.edited),
            Self::WithNotes => {
                answer().is_some_and(|answer| !answer.notes().is_empty() || entry.has_changed_since(answer))
            }
            Self::Unreviewed => entry.verdict.is_none() && answer().is_some(),
            Self::Accepted => entry.verdict == Some(Verdict::Accept),
            Self::Unsure => entry.verdict == Some(Verdict::Unsure),
            Self::Rejected => entry.verdict == Some(Verdict::Reject),
        }
    }
}

impl Sort {
    /// In the order of the menu.
    pub const ALL: [Self; 5] = [Self::Opened, Self::Name, Self::Date, Self::State, Self::Score];

    /// In words for a person.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Opened => "As opened",
            Self::Name => "By name",
            Self::Date => "By date, newest first",
            Self::State => "By state",
            Self::Score => "By score, lowest first",
        }
    }
}

/// What needs a person comes first.
fn rank(status: EntryStatus) -> u8 {
    match status {
        EntryStatus::Running => 0,
        EntryStatus::Failed => 1,
        EntryStatus::Waiting => 2,
        EntryStatus::Outdated => 3,
        EntryStatus::Unasked => 4,
        EntryStatus::Done => 5,
    }
}

impl Listing {
    /// Makes the view of the list anew.
    pub(in crate::ui) fn refresh(&mut self, pictures: &Collection, work: &Work, batch: Option<&Batch>) {
        let status = |entry: &Entry| EntryStatus::of(entry, work, batch);
        let Arrangement { search, filter, sort } = &self.arrangement;
        let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
        if words.is_empty() && *filter == Filter::All && *sort == Sort::Opened {
            self.shown = None;
            self.chosen.retain(|id| pictures.get(*id).is_some());
            return;
        }
        let passes = |entry: &&Entry| filter.lets_pass(entry, status(entry)) && has_words(entry, &words);
        if (self.sorted.sort, self.sorted.edition) != (*sort, pictures.edition()) {
            self.sorted =
                Sorted { sort: *sort, edition: pictures.edition(), ids: sorted(pictures, *sort, &self.dates) };
        }
        let all = pictures.entries();
        let shown: Vec<EntryId> = match sort {
            Sort::Opened => all.iter().filter(passes).map(|entry| entry.id).collect(),
            Sort::Name | Sort::Date => {
                let sorted = self.sorted.ids.iter().filter_map(|id| pictures.get(*id));
                sorted.filter(passes).map(|entry| entry.id).collect()
            }
            Sort::State => {
                let mut ranked: Vec<_> =
                    all.iter().filter(passes).map(|entry| (rank(status(entry)), entry.id)).collect();
                ranked.sort_unstable();
                ranked.into_iter().map(|(_, id)| id).collect()
            }
            Sort::Score => {
                let mut ranked: Vec<_> =
                    all.iter().filter(passes).map(|entry| (lowest_score(entry), entry.id)).collect();
                ranked.sort_by(|(a, first), (b, second)| a.total_cmp(b).then(first.cmp(second)));
                ranked.into_iter().map(|(_, id)| id).collect()
            }
        };
        if !self.chosen.is_empty() {
            let seen: BTreeSet<EntryId> = shown.iter().copied().collect();
            self.chosen.retain(|id| seen.contains(id));
        }
        self.shown = Some(shown);
    }

    /// The files whose dates are needed and have not been asked for yet; they count as asked for.
    pub(in crate::ui) fn take_undated(&mut self, pictures: &Collection) -> Vec<(EntryId, PathBuf)> {
        if self.arrangement.sort != Sort::Date
            || std::mem::replace(&mut self.dated, pictures.edition()) == pictures.edition()
        {
            return vec![];
        }
        let new: Vec<&Entry> = pictures.entries().iter().filter(|entry| !self.dates.contains_key(&entry.id)).collect();
        self.dates.extend(new.iter().map(|entry| (entry.id, None)));
        new.into_iter().filter_map(|entry| Some((entry.id, entry.source.path()?.to_owned()))).collect()
    }

    /// Takes in the dates of files.
    pub(in crate::ui) fn date(&mut self, dates: Vec<(EntryId, SystemTime)>) {
        self.dates.extend(dates.into_iter().map(|(id, date)| (id, Some(date))));
        self.sorted = Sorted::default();
    }
}

/// All pictures by name or date; nothing for the other orders.
fn sorted(pictures: &Collection, sort: Sort, dates: &HashMap<EntryId, Option<SystemTime>>) -> Vec<EntryId> {
    let mut all: Vec<&Entry> = pictures.entries().iter().collect();
    match sort {
        Sort::Name => all.sort_by(|a, b| natural_order(&a.name, &b.name)),
        Sort::Date => all.sort_by_cached_key(|entry| Reverse(dates.get(&entry.id).copied().flatten())),
        Sort::Opened | Sort::State | Sort::Score => return vec![],
    }
    all.into_iter().map(|entry| entry.id).collect()
}

/// The lowest score of the boxes of an answer; infinite where no box has one.
fn lowest_score(entry: &Entry) -> f32 {
    let regions = entry.answer.caption().into_iter().flat_map(|caption| &caption.phrases).flat_map(|of| &of.regions);
    regions.filter_map(|region| region.score).fold(f32::INFINITY, f32::min)
}

/// Whether each word is in the name or in the caption.
fn has_words(entry: &Entry, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let name = entry.name.to_lowercase();
    let mut caption = None;
    words.iter().all(|word| {
        name.contains(word) || {
            let text = || entry.answer.caption().map(|caption| caption.text.to_lowercase()).unwrap_or_default();
            caption.get_or_insert_with(text).contains(word)
        }
    })
}
