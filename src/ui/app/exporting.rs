//! Writing what is exported: pictures with their boxes, results, many pictures into one folder.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use image::RgbImage;

use crate::{
    disk::{Consent, Outputs},
    export,
    overlay::{NoRoom, annotate, check_room, marks, with_caption},
    picture,
    ui::app::dataset_export::save_dataset,
    ui::state::{Annotated, Export, ExportContent, IfTaken, JobEvent, PictureToBe},
};

/// Writes a file, unless it is one of `pictures`, or many into a folder.
pub(super) fn save(export: Arc<Export>, path: PathBuf, if_taken: IfTaken, pictures: &[PathBuf]) -> JobEvent {
    match &export.content {
        ExportContent::Pictures(to_be) => return save_all(to_be, &path, pictures),
        ExportContent::Dataset(records, wish) => return save_dataset(records, *wish, &path),
        ExportContent::Picture(_) | ExportContent::Results(_) => {}
    }
    let consent = if if_taken == IfTaken::Replace { Consent::Given } else { Consent::Withheld };
    let mut outputs = Outputs::new(consent);
    for picture in pictures {
        outputs.reads(picture);
    }
    if if_taken != IfTaken::KeepBoth {
        match outputs.check(&path) {
            Err(e) if e.is_for_want_of_consent() => return JobEvent::Taken(export, path),
            Err(e) => return JobEvent::NotExported(e.to_string()),
            Ok(()) => {}
        }
    }
    let written = content(&export.content, &path).and_then(|content| {
        let written = match if_taken {
            IfTaken::KeepBoth => outputs.write_numbered(&path, &content),
            IfTaken::Ask | IfTaken::Replace => outputs.write(&path, &content).map(|()| path),
        };
        written.map_err(|e| e.to_string())
    });
    written.map_or_else(JobEvent::NotExported, JobEvent::Saved)
}

/// What is to be in the file of this name; if it can't be had, one sentence says why.
fn content(content: &ExportContent, path: &Path) -> Result<Vec<u8>, String> {
    let content = match content {
        ExportContent::Picture(annotated) => export::png(&painted(annotated).map_err(|e| e.to_string())?),
        ExportContent::Results(records) => export::format_of(path).content(records),
        ExportContent::Pictures(_) | ExportContent::Dataset(..) => return Err("These are saved in a folder".to_owned()),
    };
    content.map_err(|e| e.to_string())
}

/// Writes pictures into a folder, one after the other; what is there gets company, and is never replaced.
fn save_all(to_be: &[PictureToBe], folder: &Path, pictures: &[PathBuf]) -> JobEvent {
    let mut outputs = Outputs::new(Consent::Withheld);
    for picture in pictures {
        outputs.reads(picture);
    }
    let mut problems = Vec::new();
    for PictureToBe { name, source, caption, look, paper } in to_be {
        let painted = picture::open(source.clone()).map_err(|e| e.to_string()).and_then(|picture| {
            let (caption, look, paper) = (caption.clone(), *look, *paper);
            painted(&Annotated { picture, caption, highlight: None, look, paper }).map_err(|e| e.to_string())
        });
        let png = painted.and_then(|painted| export::png(&painted).map_err(|e| e.to_string()));
        let path = folder.join(format!("{name}.{}", export::PNG.extension));
        let written = png.and_then(|png| outputs.write_numbered(&path, &png).map_err(|e| e.to_string()));
        problems.extend(written.err());
    }
    JobEvent::SavedAll { n_saved: to_be.len() - problems.len(), folder: folder.to_owned(), problems }
}

/// The pixels of a picture with the boxes painted in.
pub(super) fn painted(annotated: &Annotated) -> Result<RgbImage, NoRoom> {
    let Annotated { picture, caption, highlight, look, paper } = annotated;
    let factor = paper.scale.factor();
    check_room(picture.pixels.dimensions(), factor)?;
    let pixels = export::scaled(&picture.pixels, factor);
    let painted = annotate(&pixels, &marks(caption, *highlight, *look), *look);
    Ok(if paper.has_caption { with_caption(&painted, caption) } else { painted })
}
