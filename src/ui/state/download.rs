//! How far the download of the published checkpoint is, and what was found where it goes.

use std::path::Path;

use super::app_state::{AppState, Model};
use crate::{
    checkpoint::Origin,
    hub::{Offer, Progress},
};

/// How far the download is.
#[derive(Clone, Debug, Default)]
pub enum DownloadState {
    /// It has not begun.
    #[default]
    NotBegun,
    /// It is running.
    Running {
        /// `None` until something is known.
        progress: Option<Progress>,
        /// Whether it was told to pause, and is about to.
        is_pausing: bool,
    },
    /// It was paused, or could not go on; one sentence.
    Halted(String),
    /// It was given up; its unfinished files are being removed.
    Discarding,
    /// Everything is there and checked.
    Done,
}

/// Where the full model is, for a window that answers with one of a small world.
#[derive(Clone, Copy, Debug)]
pub enum FullModel<'a> {
    /// It can be downloaded.
    ToGet(&'a Offer),
    /// Its download has begun.
    Begun(&'a Offer),
    /// It is on this computer.
    Here(&'a Path),
}

impl AppState {
    /// Where the full model is; `None` if it is in use, or can't be had.
    #[must_use]
    pub fn full_model(&self) -> Option<FullModel<'_>> {
        let (Model::Ready(info), Some(offer)) = (&self.model, &self.offer) else { return None };
        info.checkpoint.small_world?;
        let is_full = |origin: &Origin| match origin {
            Origin::Downloaded { repo, .. } | Origin::HubCache { repo, .. } | Origin::Converted { from: repo } => {
                *repo == offer.repo
            }
            Origin::BuiltIn | Origin::Folder => false,
        };
        let usable = self.checkpoints.iter().filter(|found| found.summary.is_ok() && is_full(&found.origin));
        // A smaller copy is made to be used.
        let best = usable.min_by_key(|found| found.summary.as_ref().map_or(u64::MAX, |summary| summary.n_bytes));
        Some(match (best.and_then(|found| found.path.as_deref()), &self.download) {
            (Some(path), _) => FullModel::Here(path),
            (None, DownloadState::Done) => FullModel::Here(&offer.folder),
            (None, DownloadState::Running { .. } | DownloadState::Halted(_)) => FullModel::Begun(offer),
            (None, DownloadState::NotBegun | DownloadState::Discarding) => FullModel::ToGet(offer),
        })
    }

    /// Whether the boxes of the answer shown are those of a model that does not know the picture's world, and a person may
    /// want to hear of the one that does.
    #[must_use]
    pub(in crate::ui) fn should_offer_full_model(&self) -> bool {
        let is_doubtful = self.answer().finished().is_some_and(|answer| answer.doubt.is_some());
        is_doubtful && !self.is_offer_declined && self.full_model().is_some()
    }
}

/// What a look at the folder of the download found; the disk is read on another thread than the window's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DownloadSurvey {
    /// Bytes that are free on its disk, if the system says.
    pub free_bytes: Option<u64>,
    /// Bytes of memory that are free now, if the system says.
    pub free_memory: Option<u64>,
    /// Bytes of unfinished files, those of earlier sessions included; `None` if there are none.
    pub unfinished_bytes: Option<u64>,
}
