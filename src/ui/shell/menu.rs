//! The menus: the table of commands in their usual places.

use std::path::PathBuf;

use egui::{
    Align, Layout, MenuBar, PopupCloseBehavior, RadioButton, Rect, RichText, ScrollArea, TextWrapMode, Ui,
    containers::menu::{MenuConfig, SubMenuButton},
};

use crate::{
    checkpoint::LocalCheckpoint,
    engine::{DeviceChoice, DeviceKind, LoadOptions, ModelInfo},
    kernels::Precision,
    ui::{
        command::Menu,
        state::{
            Actions, AppState, CheckpointAction, ExportAction, ExportScale, Model, Paper, PictureAction, ResultAction,
        },
        textures::SAMPLES,
        theme,
        widgets::{command_item, explain_beside, look_ui, remark},
    },
    words::{place, shortened, size},
};

/// Characters of a name: a menu is no wider than the window.
const NAME_CHARS: usize = 48;

/// Paints the menu bar.
pub(crate) fn menu_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    MenuBar::new().ui(ui, |ui| {
        let bar = ui.max_rect();
        for menu in Menu::BAR {
            ui.menu_button(menu.title(), |ui| below(ui, bar, |ui| menu_content_ui(ui, menu, state, actions)));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| model_ui(ui, bar, state, actions));
    });
}

/// Lets a menu scroll where there is not room for all of it between the bar and the foot of the window: it would be put over
/// the bar.
fn below(ui: &mut Ui, bar: Rect, content: impl FnOnce(&mut Ui)) {
    let room = ui.ctx().content_rect().bottom() - bar.bottom() - ui.style().spacing.menu_margin.sum().y;
    let scroll = &mut ui.spacing_mut().scroll;
    scroll.floating_allocated_width = scroll.bar_width;
    let height = room - 2.0 * theme::GRID;
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, content);
}

/// The commands of a menu, and what else it has to choose from.
fn menu_content_ui(ui: &mut Ui, menu: Menu, state: &AppState, actions: &mut Actions) {
    ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
    let groups = menu.groups();
    for (at, group) in groups.iter().enumerate() {
        if at > 0 {
            ui.separator();
        }
        if menu == Menu::View && at + 1 == groups.len() {
            look_menu_ui(ui, state, actions);
            submenu_ui(ui, Menu::Theme, state, actions);
        }
        for command in group {
            command_item(ui, state, *command, actions);
        }
        match (menu, at) {
            (Menu::File, 0) => recent_menu_ui(ui, &state.recent, actions),
            (Menu::File, 1) => submenu_ui(ui, Menu::Export, state, actions),
            _ => {}
        }
    }
    match menu {
        Menu::Export => paper_ui(ui, state.paper, actions),
        Menu::Model => ahead_ui(ui, state, actions),
        Menu::Help => samples_menu_ui(ui, actions),
        _ => {}
    }
}

/// A menu within another one.
fn submenu_ui(ui: &mut Ui, menu: Menu, state: &AppState, actions: &mut Actions) {
    ui.menu_button(menu.title(), |ui| menu_content_ui(ui, menu, state, actions));
}

/// Which parts of the boxes are shown; it stays open for several choices.
fn look_menu_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    SubMenuButton::new("Boxes").config(stays).ui(ui, |ui| {
        if let Some(look) = look_ui(ui, state.look) {
            actions.push(ResultAction::SetLook(look));
        }
    });
}

/// Whether the model looks at pictures before anything is asked.
fn ahead_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    ui.separator();
    let mut looks_ahead = state.looks_ahead;
    let tooltip = "While the model has nothing else to do, so that answers come sooner; never on battery";
    if ui.checkbox(&mut looks_ahead, "Look at pictures ahead").on_hover_text(tooltip).changed() {
        actions.push(CheckpointAction::LookAhead(looks_ahead));
    }
}

/// Which model answers, what is to be known about it, and which others there are.
fn model_ui(ui: &mut Ui, bar: Rect, state: &AppState, actions: &mut Actions) {
    let name = match &state.model {
        Model::Ready(info) => {
            ui.label(RichText::new(format!("{} · {}", info.device, info.precision)).small().weak());
            &info.checkpoint.name
        }
        Model::Loading(_) => "Loading",
        Model::Failed(_) => "No model",
    };
    ui.menu_button(format!("{} ⏷", shortened(name, NAME_CHARS)), |ui| {
        ui.set_max_width(340.0);
        below(ui, bar, |ui| model_content_ui(ui, state, actions));
    });
}

/// What is known of it, and what else could be used.
fn model_content_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    if let Model::Ready(info) = &state.model {
        info_ui(ui, info);
        ui.separator();
    }
    for found in &state.checkpoints {
        found_ui(ui, found, found.path == state.checkpoint, actions);
    }
    for command in Menu::Model.group(0) {
        command_item(ui, state, command, actions);
    }
    ui.separator();
    loading_ui(ui, state, actions);
}

/// How exactly weights are kept and where they are computed with, as far as there is a choice.
fn loading_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    let chosen = state.loading;
    let in_use = state.checkpoints.iter().find(|found| found.path == state.checkpoint);
    let memory = in_use.and_then(|found| found.summary.as_ref().ok()).map(|summary| summary.memory);
    let precision_name = |precision: Option<Precision>| precision.map_or("automatic", Precision::name);
    ui.menu_button(format!("Weights kept in: {}", precision_name(chosen.precision)), |ui| {
        let mut choice_ui = |precision, needs: &str| {
            let options = LoadOptions { precision, ..chosen };
            choice_ui(ui, &format!("{}{needs}", precision_name(precision)), options, chosen, actions);
        };
        choice_ui(None, "");
        for (at, precision) in Precision::ALL.into_iter().enumerate() {
            let needs = memory.map_or_else(String::new, |memory| format!("  ·  needs {} of memory", size(memory[at])));
            choice_ui(Some(precision), &needs);
        }
        if matches!(&state.model, Model::Ready(info) if info.device != DeviceKind::Cpu) {
            remark(ui, "On a graphics card they are always kept in f32");
        }
    });
    let devices: Vec<DeviceChoice> = DeviceChoice::ALL.into_iter().filter(|device| device.is_built()).collect();
    // The CPU and what is best are the same if there is nothing else.
    if devices.len() > 2 {
        ui.menu_button(format!("Computed on: {}", chosen.device.label()), |ui| {
            for device in devices {
                choice_ui(ui, device.label(), LoadOptions { device, ..chosen }, chosen, actions);
            }
        });
    }
}

fn choice_ui(ui: &mut Ui, label: &str, options: LoadOptions, chosen: LoadOptions, actions: &mut Actions) {
    if ui.radio(options == chosen, label).clicked() {
        if options != chosen {
            actions.push(CheckpointAction::SetLoading(options));
        }
        ui.close();
    }
}

fn info_ui(ui: &mut Ui, info: &ModelInfo) {
    ui.label(RichText::new(&info.checkpoint.name).strong());
    ui.label(RichText::new(format!("Fingerprint {}", info.fingerprint)).small());
    ui.label(RichText::new(format!("{} on the {}", info.precision, info.device)).small());
    if let Some(little_memory) = info.little_memory {
        remark(ui, &little_memory.to_string());
    }
    if let Some(world) = info.checkpoint.small_world {
        remark(ui, world.caution);
    }
}

/// A checkpoint to choose, or why it can't be used.
fn found_ui(ui: &mut Ui, found: &LocalCheckpoint, is_chosen: bool, actions: &mut Actions) {
    let (facts, problem) = match &found.summary {
        Ok(summary) => (format!("{} {}, {}", size(summary.n_bytes), summary.stored, found.origin), None),
        Err(problem) => ("can't be used".to_owned(), Some(problem)),
    };
    let text = format!("{}  ·  {facts}", found.name);
    let response = ui.add_enabled(problem.is_none(), RadioButton::new(is_chosen, text));
    if let Some(problem) = problem {
        explain_beside(&response, response.rect.x_range(), |ui| {
            ui.label(problem);
        });
    }
    if response.clicked() && !is_chosen {
        actions.push(CheckpointAction::Use(found.path.clone()));
        ui.close();
    }
}

fn samples_menu_ui(ui: &mut Ui, actions: &mut Actions) {
    ui.menu_button("Sample pictures", |ui| {
        for sample in &SAMPLES {
            if ui.button(format!("{}: {}", sample.name, sample.asks)).clicked() {
                actions.push(sample.action());
            }
        }
    });
}

/// How pictures are exported.
fn paper_ui(ui: &mut Ui, chosen: Paper, actions: &mut Actions) {
    ui.separator();
    let mut paper = chosen;
    ui.checkbox(&mut paper.has_caption, "Caption under the picture").on_hover_text("In exported pictures");
    ui.menu_button("Size of exported pictures", |ui| {
        for scale in ExportScale::ALL {
            if ui.radio(scale == chosen.scale, scale.label()).clicked() {
                paper.scale = scale;
                ui.close();
            }
        }
    });
    if paper != chosen {
        actions.push(ExportAction::SetPaper(paper));
    }
}

fn recent_menu_ui(ui: &mut Ui, recent: &[PathBuf], actions: &mut Actions) {
    if recent.is_empty() {
        return;
    }
    ui.menu_button("Open recent", |ui| {
        for path in recent {
            let name = shortened(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy(), NAME_CHARS);
            let response = ui.button(name);
            explain_beside(&response, response.rect.x_range(), |ui| {
                ui.label(place(path));
            });
            if response.clicked() {
                actions.push(PictureAction::OpenPaths(vec![path.clone()]));
            }
        }
    });
}
