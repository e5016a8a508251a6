//! What is saved and copied: collected when the person wishes it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    engine::Answer,
    export::{self, ImageName, Record},
    ui::state::{
        Annotated, AppState, CHANGED_SINCE, Dialog, Effect, Entry, Export, ExportAction, ExportContent, ExportKind,
        IfTaken, Notice, Pick, Topic,
    },
};

impl AppState {
    pub(super) fn perform_export(&mut self, action: ExportAction) {
        match action {
            ExportAction::SaveTo(kind, path) => {
                if let Some(export) = self.export(kind) {
                    self.save_to(export, path, IfTaken::Ask);
                }
            }
            ExportAction::SetScale(scale) => self.export_scale = scale,
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
        };
        Some(Arc::new(Export { kind, content, suggested: self.suggested_target(kind)? }))
    }

    /// A file beside the picture, under its name.
    fn suggested_target(&self, kind: ExportKind) -> Option<PathBuf> {
        let entry = self.pictures.current()?;
        let path = entry.source.path().map_or_else(|| PathBuf::from(&entry.name), ToOwned::to_owned);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let ending = export::FORMATS[0].kind.extension;
        Some(path.with_file_name(match kind {
            ExportKind::Picture => format!("{stem}-annotated.{}", export::PNG.extension),
            ExportKind::Result => format!("{stem}.{ending}"),
            ExportKind::AllResults => format!("results.{ending}"),
        }))
    }

    /// Hands over what is to be written.
    pub(super) fn save_to(&mut self, export: Arc<Export>, path: PathBuf, if_taken: IfTaken) {
        let pictures = self.pictures.entries().iter().filter_map(|entry| entry.source.path().map(Path::to_owned));
        let pictures = pictures.collect();
        let path = if export.kind == ExportKind::Picture { export::PNG.named(&path) } else { path };
        self.effects.push(Effect::Save { export, path, if_taken, pictures });
    }

    /// A file is in the way: this is to become of it.
    pub(super) fn settle(&mut self, if_taken: IfTaken) {
        if let Dialog::Replace { export, path } = std::mem::take(&mut self.dialog) {
            self.save_to(export, path, if_taken);
        }
    }

    pub(super) fn copy_caption(&mut self) {
        let caption = self.answer().caption().map(|caption| caption.text.clone());
        self.effects.extend(caption.map(Effect::CopyText));
    }

    pub(super) fn copy_raw(&mut self) {
        let raw = self.answer().finished().map(|answer| answer.raw.clone());
        self.effects.extend(raw.map(Effect::CopyText));
    }

    pub(super) fn copy_picture(&mut self) {
        let annotated = self.annotated();
        self.effects.extend(annotated.map(Effect::CopyPicture));
    }

    /// Copies the result shown, as its format has one alone.
    pub(super) fn copy_json(&mut self) {
        match self.records(ExportKind::Result).first().map(export::json_object) {
            Some(Ok(json)) => self.effects.push(Effect::CopyText(json)),
            Some(Err(e)) => self.notices.tell_of(Topic::Export, Notice::Problem(e.to_string())),
            None => {}
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
        Some(Annotated { picture, caption, highlight: self.choice, look: self.look, scale: self.export_scale })
    }

    /// Results for other programs, in the order of the list and, of a picture, in the order they came.
    fn records(&self, kind: ExportKind) -> Vec<Record> {
        let of_entry = |entry: &Entry| {
            let image = entry.source.path().map_or_else(|| entry.name.as_str().into(), ImageName::from);
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
            ExportKind::Picture | ExportKind::Result => self.pictures.current().map(of_entry).unwrap_or_default(),
        }
    }
}
