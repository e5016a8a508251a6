//! Making a smaller copy of a checkpoint: of which, in which number formats, where it goes, and how far it is.
//!
//! Nothing is written before the button is pressed. The conversion is a thread of [`crate::convert`]: closing the card
//! lets it go on, closing the window ends it, and what is unfinished leaves nothing behind.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use egui::{ProgressBar, Ui, WidgetInfo};

use super::{download::NO_FOLDER, modal::Dialog};
use crate::ui::{
    state::{Action, AppState, Chore, Command, Notice},
    theme,
    widgets::{facts_ui, main_button, remark, use_button},
};
use crate::{
    checkpoint::{Checkpoint, Source, has_checkpoint_ending},
    convert::{self, Conversion, ConversionEvent, ConvertError, Converted, Format, Progress},
    disk::free_space,
    words::size,
};

/// How far the card is.
#[derive(Debug, Default)]
pub enum Shrinking {
    /// Nobody asked for it.
    #[default]
    NotBegun,
    /// This checkpoint is being looked at; `None` for the built-in one.
    Looking(Option<PathBuf>),
    /// It can't be made smaller; one sentence.
    Refused(String),
    /// It can be made smaller, in the format chosen. Why it was not, if that was tried; one sentence.
    Offered(Original, Format, Option<String>),
    /// It goes on; `None` until something is known.
    Going(Original, Format, Conversion, Option<Progress>),
    /// The copy is there.
    Done(Original, SmallCopy),
}

/// What can be made smaller.
#[derive(Clone, Debug)]
pub struct Original {
    /// Where it is.
    pub source: Source,
    /// Its repository, or its own name.
    pub name: String,
    /// Bytes of its weights.
    pub n_bytes: u64,
    /// How they are stored.
    pub stored: String,
    /// What can be made of it: one in each of [`Format::ALL`].
    pub copies: [SmallCopy; Format::ALL.len()],
    /// Bytes that are free where they go, if the system says.
    pub free: Option<u64>,
}

/// A smaller copy that can be, or is there.
#[derive(Clone, Debug)]
pub struct SmallCopy {
    /// How its weights are stored.
    pub format: Format,
    /// Its file.
    pub path: PathBuf,
    /// Bytes of its weights; of its file, once that is there.
    pub n_bytes: u64,
    /// Whether there was a file when the card was opened.
    pub is_here: bool,
}

/// Closing the window waits so long for an unfinished file to be removed.
const LONGEST_GOODBYE: Duration = Duration::from_secs(5);

impl Original {
    /// Looks at a checkpoint, without reading any weight; `None` is the built-in one. Copies go to `folder`.
    ///
    /// # Errors
    /// When it can't be used, or is a copy itself; one sentence.
    pub(crate) fn look_at(path: Option<PathBuf>, folder: &Path) -> Result<Self, String> {
        let source = path.map_or(Source::Embedded, Source::Path);
        let checkpoint = Checkpoint::open(&source).map_err(|e| e.to_string())?;
        if checkpoint.origin.is_some() {
            return Err(ConvertError::Converted(checkpoint.info.name).to_string());
        }
        let name = convert::origin(&source, &checkpoint);
        let copies = Format::ALL.map(|format| {
            let path = convert::target(folder, &name, format);
            let is_here = path.symlink_metadata().is_ok();
            SmallCopy { format, path, n_bytes: format.n_bytes(&checkpoint), is_here }
        });
        let (n_bytes, stored) = (checkpoint.n_bytes(), checkpoint.stored());
        Ok(Self { source, name, n_bytes, stored, copies, free: free_space(folder) })
    }

    fn copy(&self, format: Format) -> &SmallCopy {
        let [exact, middle, smallest] = &self.copies;
        match format {
            Format::F16 => exact,
            Format::Q8 => middle,
            Format::Mix => smallest,
        }
    }
}

impl AppState {
    /// Opens the card for this checkpoint, or as it is while a copy is being made.
    pub(crate) fn show_shrinking(&mut self, of: Option<PathBuf>) -> Option<Chore> {
        let folder = self.places.own.clone()?;
        self.dialog = Dialog::Shrinking;
        if let Shrinking::Going(..) = self.shrinking {
            return None;
        }
        self.shrinking = Shrinking::Looking(of.clone());
        Some(Chore::LookAt(of, folder))
    }

    /// Takes in what was found out about a checkpoint, unless the card is about another one by now.
    pub(crate) fn looked_at(&mut self, of: Option<&Path>, found: Result<Original, String>) {
        if matches!(&self.shrinking, Shrinking::Looking(wanted) if wanted.as_deref() == of) {
            self.shrinking = match found {
                Ok(original) => Shrinking::Offered(original, Format::Q8, None),
                Err(sentence) => Shrinking::Refused(sentence),
            };
        }
    }

    pub(crate) fn shrink_to(&mut self, wanted: Format) {
        if let Shrinking::Offered(_, format, failure) = &mut self.shrinking {
            (*format, *failure) = (wanted, None);
        }
    }

    /// Begins to make the copy that was chosen. `wake` is called when there is news.
    pub(crate) fn shrink(&mut self, wake: impl Fn() + Send + 'static) {
        let Shrinking::Offered(original, format, failure) = &mut self.shrinking else { return };
        let (source, name, to) = (original.source.clone(), original.name.clone(), original.copy(*format).path.clone());
        match convert::start_conversion(source, name, *format, to, wake) {
            Ok(conversion) => self.shrinking = Shrinking::Going(original.clone(), *format, conversion, None),
            Err(e) => *failure = Some(format!("Could not start: {e}")),
        }
    }

    /// The next thing the conversion has to tell.
    pub(crate) fn next_conversion_event(&self) -> Option<ConversionEvent> {
        if let Shrinking::Going(_, _, conversion, _) = &self.shrinking { conversion.try_recv() } else { None }
    }

    /// Takes in what the conversion tells; whether there is one checkpoint more.
    pub(crate) fn apply_conversion(&mut self, event: ConversionEvent) -> bool {
        let (original, format, conversion) = match std::mem::take(&mut self.shrinking) {
            Shrinking::Going(original, format, conversion, _) => (original, format, conversion),
            other => {
                self.shrinking = other;
                return false;
            }
        };
        match event {
            ConversionEvent::Progress(news) => {
                self.shrinking = Shrinking::Going(original, format, conversion, Some(news));
                false
            }
            ConversionEvent::Ended(Converted { path, n_bytes }) => {
                self.tell(Notice::Done(format!("{} is here in {}, {}", original.name, format.name(), size(n_bytes))));
                self.shrinking = Shrinking::Done(original, SmallCopy { format, path, n_bytes, is_here: true });
                true
            }
            ConversionEvent::Failed(sentence) => {
                if self.dialog != Dialog::Shrinking && !conversion.is_ending() {
                    self.tell(Notice::Problem(sentence.clone()));
                }
                self.shrinking = Shrinking::Offered(original, format, Some(sentence));
                false
            }
        }
    }

    pub(crate) fn stop_shrinking(&self) {
        if let Shrinking::Going(_, _, conversion, _) = &self.shrinking {
            conversion.stop();
        }
    }

    /// Before the program ends: an unfinished file would stay on the disk.
    pub(crate) fn end_shrinking(&self) {
        if let Shrinking::Going(_, _, conversion, _) = &self.shrinking {
            conversion.stop_and_wait(LONGEST_GOODBYE);
        }
    }

    /// Why the checkpoint in use can't be made smaller; `None` if it may be.
    pub(crate) fn cannot_shrink(&self) -> Option<&'static str> {
        // Only files that were made smaller are opened as files.
        let is_small = |path: &PathBuf| has_checkpoint_ending(path);
        match &self.shrinking {
            _ if self.places.own.is_none() => Some(NO_FOLDER),
            Shrinking::Going(..) => None,
            _ => self.checkpoint.as_ref().is_some_and(is_small).then_some("It is a smaller copy itself"),
        }
    }

    pub(crate) fn cannot_begin_to_shrink(&self) -> Option<&'static str> {
        match &self.shrinking {
            Shrinking::Offered(original, format, _) => {
                original.copy(*format).is_here.then_some("There is a file of its name")
            }
            Shrinking::Going(..) => Some("It is under way"),
            _ => Some("It is not known yet what to make smaller"),
        }
    }

    pub(crate) fn cannot_stop_shrinking(&self) -> Option<&'static str> {
        match &self.shrinking {
            Shrinking::Going(_, _, conversion, _) if conversion.is_ending() => Some("It is about to stop"),
            Shrinking::Going(..) => None,
            _ => Some("Nothing is made smaller"),
        }
    }
}

/// Paints the card.
pub(crate) fn shrinking_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.set_width(440.0);
    ui.heading("Make a smaller copy");
    ui.add_space(theme::GRID);
    match &state.shrinking {
        Shrinking::NotBegun | Shrinking::Looking(_) => remark(ui, "Looking at the checkpoint"),
        Shrinking::Refused(sentence) => {
            ui.label(sentence);
        }
        Shrinking::Offered(original, format, failure) => {
            offer_ui(ui, original, *format, true, actions);
            if let Some(sentence) = failure {
                ui.label(sentence);
                ui.add_space(theme::GRID);
            }
            let copy = original.copy(*format);
            if copy.is_here {
                ui.label("There is a copy of this name already, and it is not replaced");
                use_button(ui, &copy.path, actions);
            } else {
                main_button(ui, state, Command::StartShrinking, actions);
            }
        }
        Shrinking::Going(original, format, conversion, progress) => {
            offer_ui(ui, original, *format, false, actions);
            progress_ui(ui, original, conversion, *progress);
            ui.add_space(theme::GRID);
            main_button(ui, state, Command::StopShrinking, actions);
        }
        Shrinking::Done(original, copy) => {
            facts_ui(ui, &[("Of", original_words(original)), ("Is at", copy.path.display().to_string())]);
            ui.add_space(theme::GRID);
            let (before, now) = (size(original.n_bytes), size(copy.n_bytes));
            ui.label(format!("The copy in {} is {now}, the original is {before}", copy.format.name()));
            ui.add_space(theme::GRID);
            use_button(ui, &copy.path, actions);
        }
    }
    ui.add_space(theme::GRID);
    if ui.button("Close").on_hover_text("A copy that is being made goes on").clicked() {
        actions.push(Action::CloseDialog);
    }
}

fn original_words(original: &Original) -> String {
    format!("{}, {} in {}", original.name, size(original.n_bytes), original.stored)
}

/// What can be made of what, and where it goes.
fn offer_ui(ui: &mut Ui, original: &Original, chosen: Format, can_choose: bool, actions: &mut Vec<Action>) {
    let free = original.free.map_or_else(|| "unknown".to_owned(), size);
    let path = original.copy(chosen).path.display().to_string();
    facts_ui(ui, &[("Of", original_words(original)), ("Goes to", path), ("Free there", free)]);
    ui.add_space(theme::GRID);
    ui.add_enabled_ui(can_choose, |ui| {
        // What is said of a format stands close to it.
        ui.spacing_mut().item_spacing.y = 0.0;
        for copy in &original.copies {
            let text = format!("{}  ·  {}", copy.format.name(), size(copy.n_bytes));
            if ui.radio(copy.format == chosen, text).clicked() {
                actions.push(Action::ShrinkTo(copy.format));
            }
            let worth =
                if copy.n_bytes < original.n_bytes { worth(copy.format) } else { "No smaller than the original" };
            ui.indent(copy.format.name(), |ui| remark(ui, worth));
            ui.add_space(2.0 * theme::GRID);
        }
    });
    remark(ui, "The original stays as it is");
    ui.add_space(theme::GRID);
}

/// What a format costs in answers.
fn worth(format: Format) -> &'static str {
    match format {
        Format::F16 => "Its answers can't be told apart from those of the original",
        Format::Q8 => "Recommended: large checkpoints are computed with in this format anyway",
        Format::Mix => "The smallest; now and then an answer is another one",
    }
}

/// How far it is, in a bar and in words.
fn progress_ui(ui: &mut Ui, original: &Original, conversion: &Conversion, progress: Option<Progress>) {
    let Progress { n_done, n_total } = progress.unwrap_or(Progress { n_done: 0, n_total: 1 });
    let share = n_done as f32 / n_total.max(1) as f32;
    let bar = ui.add(ProgressBar::new(share).desired_height(8.0));
    bar.widget_info(|| WidgetInfo::labeled(egui::Role::ProgressIndicator, true, "Conversion"));
    let what = match n_done {
        _ if conversion.is_ending() => "Stopping",
        n if n < original.n_bytes => "Reading the original",
        n if n < 2 * original.n_bytes => "Converting",
        _ => "Writing the copy",
    };
    remark(ui, &format!("{what}, {:.0} %", 100.0 * share));
}
