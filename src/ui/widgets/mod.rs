//! Small pieces that several views share.

mod buttons;
mod caption_text;
mod full_model;
mod gesture;
mod job_card;
mod legend;
mod look;
mod tooltip;

pub(crate) use buttons::{
    bar_frame, command_button, command_item, facts_ui, main_button, part, parted, remark, section_title, use_button,
};
pub(crate) use caption_text::{caption_text_ui, on_panel};
pub(crate) use full_model::{cost, download_time, full_model_button};
pub(crate) use gesture::Gesture;
pub(crate) use job_card::{job_card_ui, job_progress_ui};
pub(crate) use legend::{Legend, box_in_words, legend_ui, phrase_row_ui};
pub(crate) use look::look_ui;
pub(crate) use tooltip::explain_beside;
