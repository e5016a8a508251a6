//! Where `kosmoscope caption --annotated` writes its pictures.

use std::{
    ffi::OsStr,
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use super::{
    output::{is_standard, told},
    terminal::NOT_PRINTED,
};
use crate::{
    caption::Caption,
    disk::{self, Outputs},
    export::{self, PNG},
    overlay::{self, Look},
    picture::{EXTENSIONS, Picture},
    words,
};

/// What `--annotated` means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    Nowhere,
    /// For one picture.
    Standard,
    /// For one picture.
    File(PathBuf),
    /// Made when it is needed.
    Folder(PathBuf),
}

impl Target {
    /// An ending tells a file from a folder, a separator at the end makes a folder of anything, and what is there is what it
    /// is.
    pub(super) fn new(path: Option<&Path>, n_pictures: usize) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self::Nowhere) };
        let is_folder = path.is_dir() || disk::ends_in_separator(path);
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default().to_lowercase();
        match extension.as_str() {
            _ if is_standard(path) => {
                if n_pictures > 1 {
                    bail!("Standard output takes one annotated picture, and there are {n_pictures}; give a folder");
                }
                if std::io::stdout().is_terminal() {
                    bail!("A terminal shows no pictures; send it somewhere, as in --annotated - > out.png");
                }
                Ok(Self::Standard)
            }
            _ if is_folder => Ok(Self::Folder(path.to_owned())),
            extension if extension == PNG.extension => {
                if n_pictures > 1 {
                    bail!(
                        "One file takes one annotated picture, and there are {n_pictures}; give a folder, as in {}/",
                        words::place(&path.with_extension(""))
                    );
                }
                Ok(Self::File(path.to_owned()))
            }
            extension if EXTENSIONS.contains(&extension) => {
                bail!("Annotated pictures are PNG files; give a name that ends in .png: {}", words::place(path))
            }
            _ if path.exists() => Ok(Self::File(path.to_owned())),
            _ => Ok(Self::Folder(path.to_owned())),
        }
    }

    /// Whether something can be written there, so that no work is done for nothing.
    pub(super) fn check(&self, outputs: &mut Outputs) -> anyhow::Result<()> {
        match self {
            Self::Nowhere | Self::Standard => Ok(()),
            Self::File(path) => outputs.check(path).map_err(told),
            Self::Folder(path) => outputs.check_folder(path).map_err(told),
        }
    }

    /// Writes the annotated picture of `image`, if it is wanted with its caption below.
    pub(super) fn write(
        &self,
        outputs: &mut Outputs,
        image: &Path,
        picture: &Picture,
        (caption, with_caption): (&Caption, bool),
    ) -> anyhow::Result<()> {
        let look = Look::default();
        let png = || -> anyhow::Result<Vec<u8>> {
            overlay::check_room(picture.pixels.dimensions(), 1.0)?;
            let painted = overlay::annotate(&picture.pixels, &overlay::marks(caption, None, look), look);
            let page = if with_caption { overlay::with_caption(&painted, caption) } else { painted };
            Ok(export::png(&page)?)
        };
        match self {
            Self::Nowhere => Ok(()),
            Self::Standard => std::io::stdout().write_all(&png()?).context(NOT_PRINTED),
            Self::File(path) => outputs.write(path, &png()?).map_err(told),
            Self::Folder(path) => outputs.write_numbered(&path.join(name(image)), &png()?).map(drop).map_err(told),
        }
    }
}

/// The picture's own name with `.png`.
fn name(image: &Path) -> PathBuf {
    disk::with_ending(Path::new(image.file_stem().unwrap_or_default()), &format!(".{}", PNG.extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_tells_a_file_from_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let dotted = folder.path().join("there.png");
        std::fs::create_dir(&dotted).unwrap();
        let target = |path: &str, n| Target::new(Some(Path::new(path)), n).map_err(|e| e.to_string());
        assert_eq!(Target::new(None, 2).unwrap(), Target::Nowhere);
        for path in ["a/out.png", "OUT.PNG"] {
            assert_eq!(target(path, 1), Ok(Target::File(path.into())));
            assert!(target(path, 2).unwrap_err().starts_with("One file takes one annotated picture, and there are 2"));
        }
        for path in ["out", "out/", "out.png/", "v1.2", dotted.to_str().unwrap()] {
            for n in [1, 2] {
                assert_eq!(target(path, n), Ok(Target::Folder(path.into())));
            }
        }
        assert!(target("out.jpg", 1).unwrap_err().contains("ends in .png"));
        assert!(target("-", 2).unwrap_err().starts_with("Standard output takes one"));
    }

    #[test]
    fn names_keep_all_but_the_ending() {
        let names = ["a/x.jpg", "x.png", "x", "a.b.webp"].map(|path| name(Path::new(path)));
        assert_eq!(names, ["x.png", "x.png", "x.png", "a.b.png"].map(PathBuf::from));
    }
}
