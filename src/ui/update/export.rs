//! What is saved and copied: collected when the person wishes it.

mod dataset;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    engine::Answer,
    export::{self, ImageName, Record},
    ui::state::{
        Annotated, AppState, CHANGED_SINCE, Dialog, Effect, Entry, Export, ExportAction, ExportContent, ExportKind,
        IfTaken, Notice, Pick, PictureToBe, Topic,
    },
    words,
};

impl AppState {
    pub(super) fn perform_export(&mut self, action: ExportAction) {
        match action {
            ExportAction::SaveTo(kind, path) => {
                if let Some(export) = self.export(kind) {
                    self.save_to(export, path, IfTaken::Ask);
                }
            }
            ExportAction::SetPaper(paper) => self.paper = paper,
        }
    }

    /// Asks where to save something, in a dialog of the system.
    pub(super) fn pick_target(&mut self, kind: ExportKind) {
        let export = self.export(kind);
        self.effects.extend(export.map(|export| Effect::Pick(Pick::Target(export))));
    }

    /// What there is to save now.
    pub(super) fn export(&self, kind: ExportKind) -> Option<Arc<Export>> {
        let content = match kind {
            ExportKind::Picture => ExportContent::Picture(self.annotated()?),
            ExportKind::Result | ExportKind::AllResults => ExportContent::Results(self.records(kind)),
            ExportKind::AllPictures => ExportContent::Pictures(self.pictures_to_be()),
            ExportKind::Dataset => {
                ExportContent::Dataset(self.dataset_records(self.dataset_wish.which).0.into(), self.dataset_wish)
            }
        };
        Some(Arc::new(Export { kind, content, suggested: self.suggested_target(kind)? }))
    }

    /// A file under the picture's name, in the folder that something was saved in last, or else beside the picture.
    fn suggested_target(&self, kind: ExportKind) -> Option<PathBuf> {
        let entry = self.pictures.current()?;
        let path = entry.source.path().map_or_else(|| PathBuf::from(&entry.name), ToOwned::to_owned);
        let path =
            self.saved_in.as_ref().zip(path.file_name()).map_or(path.clone(), |(folder, name)| folder.join(name));
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let ending = export::FORMATS[0].kind.extension;
        Some(path.with_file_name(match kind {
            ExportKind::Picture => format!("{stem}-annotated.{}", export::PNG.extension),
            ExportKind::Result => format!("{stem}.{ending}"),
            ExportKind::AllResults => format!("results.{ending}"),
            ExportKind::AllPictures => "annotated".to_owned(),
            ExportKind::Dataset => format!("kosmoscope-{}", self.dataset_wish.format),
        }))
    }

    /// Hands over what is to be written.
    pub(super) fn save_to(&mut self, export: Arc<Export>, path: PathBuf, if_taken: IfTaken) {
        let pictures = self.pictures.entries().iter().filter_map(|entry| entry.source.path().map(Path::to_owned));
        let pictures = pictures.collect();
        let path = if export.kind == ExportKind::Picture { export::PNG.named(&path) } else { path };
        let folder = if export.kind.is_folder() { Some(path.as_path()) } else { path.parent() };
        self.saved_in = folder.filter(|folder| folder.is_absolute()).map(Path::to_owned).or(self.saved_in.take());
        match &export.content {
            ExportContent::Pictures(pictures) => {
                self.notices.tell(Notice::Done(format!("Saving {} pictures", pictures.len())));
            }
            ExportContent::Dataset(records, _) => {
                self.dialog = Dialog::Closed;
                self.notices.tell(Notice::Done(format!("Saving {} records", records.len())));
            }
            ExportContent::Picture(_) | ExportContent::Results(_) => {}
        }
        self.effects.push(Effect::Save { export, path, if_taken, pictures });
    }

    /// Pictures were written into a folder.
    pub(super) fn saved_all(&mut self, n_saved: usize, folder: &Path, problems: &[String]) {
        let (n_all, folder) = (n_saved + problems.len(), words::place(folder));
        let told = match problems {
            [] => format!("Saved {n_all} pictures in {folder}"),
            _ => format!("{n_saved} of {n_all} pictures were saved in {folder}"),
        };
        self.saved_some(told, problems);
    }

    /// Several files were written; of what went wrong the first is told, and how much more there is.
    pub(super) fn saved_some(&mut self, told: String, problems: &[String]) {
        let Some(first) = problems.first() else { return self.notices.tell(Notice::Done(told)) };
        let more = match problems.len() {
            1 => String::new(),
            n => format!(" (and {} more)", n - 1),
        };
        self.notices.tell_of(Topic::Export, Notice::Problem(format!("{told}. {first}{more}")));
    }

    /// A file is in the way: this is to become of it.
    pub(super) fn settle(&mut self, if_taken: IfTaken) {
        if let Dialog::Replace { export, path } = std::mem::take(&mut self.dialog) {
            self.save_to(export, path, if_taken);
        }
    }

    pub(super) fn copy_caption(&mut self) {
        let caption = self.answer().caption().map(|caption| caption.text.clone());
        self.copy_text(caption, "The caption is on the clipboard");
    }

    pub(super) fn copy_raw(&mut self) {
        let raw = self.answer().finished().map(|answer| answer.raw.clone());
        self.copy_text(raw, "The model's output is on the clipboard");
    }

    fn copy_text(&mut self, text: Option<String>, done: &str) {
        if let Some(text) = text {
            self.effects.push(Effect::CopyText(text));
            self.notices.tell(Notice::Done(done.to_owned()));
        }
    }

    pub(super) fn copy_picture(&mut self) {
        let annotated = self.annotated();
        self.effects.extend(annotated.map(Effect::CopyPicture));
    }

    /// Copies the result shown, as one line.
    pub(super) fn copy_json(&mut self) {
        match export::JSON_LINES.content(&self.records(ExportKind::Result)) {
            Ok(json) => {
                let json = String::from_utf8_lossy(&json).trim_end().to_owned();
                self.copy_text(Some(json), "The result is on the clipboard as JSON");
            }
            Err(e) => self.notices.tell_of(Topic::Export, Notice::Problem(e.to_string())),
        }
    }

    /// Says so when the boxes to be painted are about another picture than the one they are painted on.
    pub(super) fn warn_of_other_picture(&mut self) {
        self.notices.begin(Topic::Export);
        let shown = self.pictures.current();
        let is_other = shown.is_some_and(|entry| entry.answer.finished().is_some_and(|it| entry.has_changed_since(it)));
        if is_other {
            self.notices.tell_of(Topic::Export, Notice::Warning(CHANGED_SINCE.to_owned()));
        }
    }

    /// A picture with at least the beginning of a caption.
    fn annotated(&self) -> Option<Annotated> {
        let (picture, caption) = (self.picture()?.clone(), self.answer().caption()?.clone());
        Some(Annotated { picture, caption, highlight: self.choice, look: self.look, paper: self.paper })
    }

    /// Each picture that has an answer, with the boxes shown of it.
    fn pictures_to_be(&self) -> Vec<PictureToBe> {
        let to_be = |entry: &Entry| {
            let name = Path::new(&entry.name).file_stem().unwrap_or_default().to_string_lossy();
            Some(PictureToBe {
                name: format!("{name}-annotated"),
                source: entry.source.clone(),
                caption: entry.answer.finished()?.caption.clone(),
                look: self.look,
                paper: self.paper,
            })
        };
        self.pictures.entries().iter().filter_map(to_be).collect()
    }

    /// Results for other programs, in the order of the list and, of a picture, in the order they came.
    fn records(&self, kind: ExportKind) -> Vec<Record> {
        let of_entry = |entry: &Entry| {
            let place = entry.source.place();
            let image = place.as_deref().map_or_else(|| entry.name.as_str().into(), ImageName::from);
            let shown = entry.answer.finished().cloned().into_iter().collect();
            let results = if kind == ExportKind::AllResults { entry.results.clone() } else { shown };
            let record = |result: &Arc<Answer>| {
                let mut record = result.record(image.clone());
                record.warnings.extend(entry.has_changed_since(result).then(|| CHANGED_SINCE.to_owned()));
                record
            };
            results.iter().map(record).collect::<Vec<_>>()
        };
        match kind {
            ExportKind::AllResults => self.pictures.entries().iter().flat_map(of_entry).collect(),
            ExportKind::Picture | ExportKind::AllPictures | ExportKind::Dataset | ExportKind::Result => {
                self.pictures.current().map(of_entry).unwrap_or_default()
            }
        }
    }
}
