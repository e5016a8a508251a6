//! How near a text is to what people wrote: the measures by which captions and answers are published.
//!
//! Each gives what the reference program gives, oddities included, or numbers could not be held against published ones:
//! [`bleu`], [`rouge_l`], [`cider`] and [`Meteor`] those of pycocoevalcap 1.2, on words as its [`tokens`] (those of the Penn
//! Treebank), and [`vqa`] those of the VQA server. Nothing here knows pictures, models or files of a benchmark.

mod bleu;
mod cider;
mod judged;
mod meteor;
mod ngrams;
mod ptb;
mod rouge;
pub mod vqa;

pub use bleu::bleu;
pub use cider::cider;
pub use judged::{Judged, Scores};
pub use meteor::{Meteor, Modules, ParaphraseError, Statistics};
pub use ptb::tokens;
pub use rouge::rouge_l;
