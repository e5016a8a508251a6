//! What is read, and in which format.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::{
    cli::{environment, terminal},
    dataset::{DatasetError, FORMATS, Format, Problem, Source, format_named, of_content},
    picture::upright_size,
};

#[derive(Debug, clap::Args)]
pub(super) struct InputArgs {
    /// A file or folder of records
    #[arg(value_name = "FILE|DIR", value_parser = environment::path_parser())]
    pub(super) input: PathBuf,
    /// Its format, where that can't be told from what is in it
    #[arg(long, value_name = "NAME", value_parser = format_parser(Format::is_read))]
    from: Option<&'static Format>,
}

impl InputArgs {
    /// Our own lines.
    pub(super) fn of(lines: &Path) -> Self {
        Self { input: lines.to_owned(), from: format_named("kosmoscope") }
    }

    pub(super) fn source(&self) -> Result<Source, DatasetError> {
        Source::new(&self.input, self.from, Arc::new(of_content(upright_size)))
    }
}

/// One of the formats that are read, or one of those that are written.
pub(in crate::cli) fn format_parser(is_meant: fn(&Format) -> bool) -> impl TypedValueParser<Value = &'static Format> {
    let meant = FORMATS.iter().filter(move |format| is_meant(format));
    let values = meant.map(|format| PossibleValue::new(format.name).help(format.summary()));
    PossibleValuesParser::new(values).try_map(|name| format_named(&name).ok_or("there is no such format"))
}

/// Problems, of which the first are told; a file of another kind would have millions.
#[derive(Default)]
pub(super) struct Problems {
    n_all: usize,
}

/// Told one by one, at most.
const MOST_TOLD: usize = 20;

impl Problems {
    pub(super) fn tell(&mut self, problem: &Problem) {
        self.n_all += 1;
        if self.n_all <= MOST_TOLD {
            terminal::complain(&problem.to_string());
        }
    }

    /// How many there were in all; those that were not told are counted.
    pub(super) fn finish(self) -> usize {
        if self.n_all > MOST_TOLD {
            terminal::complain(&format!("{} more records are left out", self.n_all - MOST_TOLD));
        }
        self.n_all
    }
}
