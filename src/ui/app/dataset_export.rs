//! Writing a dataset: always into a new folder, so that nothing is in its way.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    dataset::{Conversion, Problem, Record, Selection, Shape, Source, Survey, convert, format_named, of_content},
    disk::{Consent, Outputs},
    picture::{upright_file, upright_size},
    render::draw,
    ui::state::{DatasetWish, JobEvent},
    words::place,
};

/// Writes records into a new folder within this one.
pub(super) fn save_dataset(records: &Arc<[Record]>, wish: DatasetWish, within: &Path) -> JobEvent {
    written(records, wish, within).unwrap_or_else(JobEvent::NotExported)
}

fn written(records: &Arc<[Record]>, wish: DatasetWish, within: &Path) -> Result<JobEvent, String> {
    let format = format_named(wish.format).ok_or("There is no such format")?;
    let folder = new_folder(within, &format!("kosmoscope-{}", format.name))
        .map_err(|e| format!("No folder can be made for the dataset ({e}): {}", place(within)))?;
    let target = match format.shape {
        Shape::File(ending) => folder.join(format!("{}.{ending}", format.name)),
        Shape::Folder => folder.clone(),
    };
    let source = Source::of_records(Arc::clone(records));
    let selection = Selection { single_class: wish.single_class, ..Selection::default() };
    let mut problems = Vec::new();
    let mut tell = |problem: &Problem| problems.push(problem.to_string());
    let survey = Survey::of(&source, &selection, &mut tell).map_err(|e| e.to_string())?;
    let conversion = Conversion {
        source: &source,
        survey: &survey,
        selection,
        format,
        target: &target,
        images: wish.images,
        upright: &of_content(upright_file),
        draw: &draw,
        sizes: Arc::new(of_content(upright_size)),
    };
    let mut outputs = Outputs::new(Consent::Withheld);
    let report = convert(&conversion, &mut outputs, &mut tell).map_err(|e| e.to_string())?;
    Ok(JobEvent::SavedDataset { n_records: report.n_records, n_pictures: report.n_pictures, folder, problems })
}

/// Makes a folder of this name, or with a number after it where there is one already.
fn new_folder(within: &Path, name: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(within)?;
    let numbered = (2_u32..).map(|number| format!("{name}-{number}"));
    for name in std::iter::once(name.to_owned()).chain(numbered) {
        let folder = within.join(name);
        match fs::create_dir(&folder) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| folder),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
