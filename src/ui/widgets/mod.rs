//! Small pieces that several views share.

mod buttons;
mod caption_text;
mod legend;

pub(crate) use buttons::{
    bar_frame, command_button, command_item, facts_ui, main_button, parted, remark, section_title, use_button,
};
pub(crate) use caption_text::caption_text_ui;
pub(crate) use legend::legend_ui;
