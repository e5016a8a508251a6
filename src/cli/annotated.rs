//! Where `kosmoscope caption --annotated` writes its pictures: never over a picture given, never one over another.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use anyhow::{anyhow, bail};

use crate::{
    caption::Caption,
    disk, export,
    overlay::{self, Look},
    picture::Picture,
};

/// Where annotated pictures go.
pub(super) enum Outputs {
    Nowhere,
    File(PathBuf),
    Folder { path: PathBuf, taken: HashSet<String> },
}

impl Outputs {
    pub(super) fn new(path: Option<PathBuf>, n_images: usize) -> anyhow::Result<Self> {
        match path {
            None => Ok(Self::Nowhere),
            Some(path) if n_images == 1 && !path.is_dir() => Ok(Self::File(path)),
            Some(path) => {
                std::fs::create_dir_all(&path).map_err(|e| {
                    anyhow!("The folder for annotated pictures can't be created ({e}): {}", path.display())
                })?;
                Ok(Self::Folder { path, taken: HashSet::new() })
            }
        }
    }

    /// Writes the annotated picture of `image`, but over none of the `inputs` of this run, done or still to come.
    pub(super) fn write(
        &mut self,
        image: &Path,
        inputs: &[PathBuf],
        picture: &Picture,
        caption: &Caption,
    ) -> anyhow::Result<()> {
        let path = match self {
            Self::Nowhere => return Ok(()),
            Self::File(path) => path.clone(),
            Self::Folder { path, taken } => path.join(free_name(image, taken)),
        };
        if inputs.iter().any(|input| disk::is_same_file(input, &path)) {
            bail!("An input picture is never overwritten; choose another name or folder: {}", path.display());
        }
        let look = Look::default();
        overlay::check_room(picture.pixels.dimensions(), 1.0)?;
        let painted = overlay::annotate(&picture.pixels, &overlay::marks(caption, None, look), look);
        Ok(disk::write_atomically(&path, &export::png(&painted)?)?)
    }
}

/// The picture's name with `.png`, numbered if another picture of this run has taken it.
fn free_name(image: &Path, taken: &mut HashSet<String>) -> String {
    let stem = image.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let names = std::iter::once(format!("{stem}.png")).chain((2..).map(|n| format!("{stem}-{n}.png")));
    let mut free = names.skip_while(|name| taken.contains(name));
    let name = free.next().unwrap_or_default();
    taken.insert(name.clone());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_run_do_not_collide() {
        let mut taken = HashSet::new();
        let mut name = |path: &str| free_name(Path::new(path), &mut taken);
        assert_eq!(
            [name("a/x.jpg"), name("b/x.png"), name("x"), name("y.png")],
            ["x.png", "x-2.png", "x-3.png", "y.png"]
        );
    }
}
