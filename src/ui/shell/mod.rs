//! Around every screen: the menus, the status bar, the notices.

mod menu;
mod notices;
mod status_bar;
mod toast;

pub(crate) use menu::menu_ui;
pub(crate) use notices::{has_notices, notices_ui};
pub(crate) use status_bar::status_bar_ui;
pub(crate) use toast::Toast;
