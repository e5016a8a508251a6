//! Answers as a dataset: which records there would be, and what of them a format has no room for.

use std::collections::BTreeSet;

use crate::{
    dataset::{self, Location, Part, Record, Verdict, format_named, preview},
    picture::PictureSource,
    ui::state::{AppState, DatasetDraft, DatasetWish, Dialog, Entry, Which},
    words,
};

impl AppState {
    /// Shows what would come of a wish for a dataset.
    pub(in crate::ui::update) fn draft_dataset(&mut self, wish: DatasetWish) {
        self.dataset_wish = wish;
        let (records, n_without_file) = self.dataset_records(wish.which);
        let format = format_named(wish.format);
        let parts: BTreeSet<Part> = records.iter().flat_map(Part::of).collect();
        let is_lost = |part: &Part| format.is_some_and(|format| !format.holds.contains(part));
        let first = records.first().zip(format);
        self.dialog = Dialog::Dataset(DatasetDraft {
            wish,
            n_records: records.len(),
            n_without_file,
            lost: parts.into_iter().filter(is_lost).map(Part::label).collect(),
            preview: first.and_then(|(record, format)| preview(record, format, wish.single_class)),
        });
    }

    /// The answers shown of these pictures as records, but for rejected ones; and how many pictures have no file.
    pub(in crate::ui::update) fn dataset_records(&self, which: Which) -> (Vec<Record>, usize) {
        let is_meant = |entry: &&Entry| match which {
            Which::All => entry.verdict != Some(Verdict::Reject),
            Which::Accepted => entry.verdict == Some(Verdict::Accept),
            Which::Chosen => {
                let is_current = self.pictures.current().is_some_and(|current| current.id == entry.id);
                let is_chosen =
                    self.listing.chosen.contains(&entry.id) || (self.listing.chosen.is_empty() && is_current);
                is_chosen && entry.verdict != Some(Verdict::Reject)
            }
        };
        let (mut records, mut n_without_file) = (Vec::new(), 0);
        for entry in self.pictures.entries().iter().filter(is_meant) {
            let Some(answer) = entry.answer.finished() else { continue };
            let location = match &entry.source {
                PictureSource::Path(path) => Location::File(path.clone()),
                PictureSource::Within(member) => Location::Within(member.clone()),
                PictureSource::Bytes { .. } | PictureSource::Pixels { .. } => {
                    n_without_file += 1;
                    continue;
                }
            };
            let size = Some([answer.asked.width, answer.asked.height]);
            let picture = dataset::Picture { location, size, url: None };
            records.push(Record { verdict: entry.verdict, ..answer.dataset_record(picture) });
        }
        (records, n_without_file)
    }

    /// A dataset was written; of what went wrong the first is told, and how much more there is.
    pub(in crate::ui::update) fn saved_dataset(
        &mut self,
        n_records: u64,
        n_pictures: u64,
        folder: &std::path::Path,
        problems: &[String],
    ) {
        let pictures = if n_pictures > 0 { format!(" and {n_pictures} pictures") } else { String::new() };
        self.saved_some(format!("Saved {n_records} records{pictures} in {}", words::place(folder)), problems);
    }
}
