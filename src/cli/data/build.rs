//! `kosmoscope data build`: pictures with captions, or without, become records whose phrases have boxes.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
};

use anyhow::bail;
use clap::ValueEnum;
use serde::Serialize;

use super::convert::share;
use crate::{
    batch::{self, Answered, How, Item, ItemId, Part},
    cli::{
        environment,
        exit::Exit,
        loading::LoadingArgs,
        parts::{MostFailed, PartArgs, end, read_list, stop_flag, tell},
        terminal::{self, StatusLine},
    },
    dataset::{of_content, own_object},
    engine::GenerateOptions,
    export::ImageName,
    grit::{Built, Captions, Describe, Rules, Settings, build},
    picture::{Picture, upright_size},
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct BuildArgs {
    /// The pictures, and folders of pictures; of a single folder they are called by their places in it, wherever it lies
    #[arg(value_name = "IMAGE", value_parser = environment::path_parser())]
    images: Vec<PathBuf>,
    /// Also those in this list: a path a line, or an object with "image", an "id" of its own and other fields; - is standard
    /// input
    #[arg(long, value_name = "FILE|-")]
    from: Option<PathBuf>,
    /// Where the captions are: beside each picture, as NAME.txt; in the field "caption" of the list's objects, or in another
    /// one; or in a file, a table of names and captions or records in any format that is read. Without it the model writes
    /// them
    #[arg(long, value_name = "beside|column|column:NAME|FILE")]
    captions: Option<CaptionsArg>,
    /// How much the model writes where there are no captions
    #[arg(long, value_name = "brief|detailed", default_value = "brief", value_enum, conflicts_with = "captions")]
    describe: Describe,
    /// The folder of the parts: one file of records for each shard, which `kosmoscope data` reads
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    rules: RulesArgs,
    #[command(flatten)]
    parts: PartArgs,
    /// End with exit code 1 when more pictures than this fail; a number, or per cent of the shard
    #[arg(long, value_name = "N|P%")]
    max_failed: Option<MostFailed>,
    #[command(flatten)]
    pub(in crate::cli) loading: LoadingArgs,
}

/// Which boxes are kept, and with which words.
#[derive(Debug, clap::Args)]
struct RulesArgs {
    /// Leave out boxes whose score, from 0 to 1, is not above this; 0.65 is the paper's number, for another model's scores
    #[arg(long, value_name = "SCORE", value_parser = share, default_value_t = Rules::default().min_score)]
    min_score: f64,
    /// Of boxes whose intersection over union is above this, whichever phrases they are for, keep only the surest; 1 keeps all
    #[arg(long, value_name = "IOU", value_parser = share, default_value_t = Rules::default().max_overlap)]
    max_overlap: f64,
    /// Link the noun phrases as they are, instead of the referring expressions they grow to
    #[arg(long)]
    no_expressions: bool,
    /// Keep expressions that lie in others, as the published files do
    #[arg(long)]
    keep_contained: bool,
}

impl RulesArgs {
    fn rules(&self) -> Rules {
        Rules {
            min_score: self.min_score,
            max_overlap: self.max_overlap,
            expressions: !self.no_expressions,
            contained: self.keep_contained,
        }
    }
}

#[derive(Clone, Debug)]
enum CaptionsArg {
    Beside,
    Column(String),
    File(PathBuf),
}

impl std::str::FromStr for CaptionsArg {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "beside" => Self::Beside,
            "column" => Self::Column("caption".to_owned()),
            _ => match text.strip_prefix("column:") {
                Some(name) => Self::Column(name.to_owned()),
                None => Self::File(PathBuf::from(text)),
            },
        })
    }
}

impl ValueEnum for Describe {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Brief, Self::Detailed]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(match self {
            Self::Brief => clap::builder::PossibleValue::new("brief").help("One sentence"),
            Self::Detailed => clap::builder::PossibleValue::new("detailed").help("Several sentences"),
        })
    }
}

/// The line of a picture that is left out.
#[derive(Serialize)]
struct LeftOutLine {
    #[serde(flatten)]
    image: ImageName,
    text: String,
    left_out: String,
}

/// Pictures with captions; one that has several is there for each.
#[derive(Default)]
struct Captioned {
    items: Vec<Item>,
    captions: HashMap<ItemId, String>,
    n_without: usize,
}

/// Gives how it went: failed pictures are told about, and count only beyond what is allowed.
pub(super) fn run(args: &BuildArgs) -> anyhow::Result<Exit> {
    let stop = stop_flag();
    let captioned = args.captioned()?;
    let Captioned { items, captions, n_without } = captioned;
    if n_without > 0 {
        terminal::complain(&format!("{n_without} pictures have no caption and are left out"));
    }
    if items.is_empty() {
        bail!("There is nothing to build from. Name pictures, or a folder of them, and where their captions are");
    }
    let status = StatusLine::new();
    let mut engine = args.loading.load(&status)?;
    status.clear();
    let settings = args.settings(&engine);
    let mut part = Part::open(&args.out, args.parts.shard()?, &settings, args.parts.restart)?;
    let most_failed = args.max_failed.map(|most| most.of(items.len()));
    let how = How { retry_failed: args.parts.retry_failed, most_failed, stop: &stop };
    let mut counts = Counts::default();
    let goes_on = || !stop.load(Ordering::SeqCst);
    let work = |item: &Item, picture: Result<Picture, String>| {
        let caption = captions.get(&item.id).map(String::as_str);
        let built = picture
            .and_then(|picture| build(&mut engine, &picture, caption, &settings, &goes_on).map_err(|e| e.to_string()));
        match built {
            Err(error) => Some(Answered::failed(item, error)),
            Ok(Built::Stopped) => None,
            Ok(Built::LeftOut { reason, caption }) => {
                counts.left_out += 1;
                let line = LeftOutLine { image: item.name(), text: caption, left_out: reason };
                Some(Answered::of(item, &line))
            }
            Ok(Built::Record(mut record)) => {
                counts.records += 1;
                counts.boxes += record.boxes().count();
                record.picture.location = item.location.clone();
                Some(Answered::of(item, &own_object(&record, &args.out)))
            }
        }
    };
    let mut work = batch::one_by_one(work);
    let ended = batch::run(&items, &mut part, how, &mut work, &mut |news| tell(&status, news))?;
    drop(work);
    status.clear();
    terminal::say_beside(&format!(
        "{} records with {} boxes now, {} pictures left out since no box was left",
        counts.records, counts.boxes, counts.left_out
    ))?;
    end(ended)
}

/// What this run made.
#[derive(Default)]
struct Counts {
    records: usize,
    boxes: usize,
    left_out: usize,
}

impl BuildArgs {
    fn settings(&self, engine: &crate::engine::Engine) -> Settings {
        let info = engine.info();
        let captions = match &self.captions {
            None => "written".to_owned(),
            Some(CaptionsArg::Beside) => "beside".to_owned(),
            Some(CaptionsArg::Column(name)) => format!("column {name}"),
            Some(CaptionsArg::File(_)) => "file".to_owned(),
        };
        Settings {
            captions,
            describe: self.describe,
            rules: self.rules.rules(),
            options: GenerateOptions::original(),
            checkpoint: info.checkpoint.name.clone(),
            fingerprint: info.fingerprint.clone(),
            precision: info.precision.name().to_owned(),
        }
    }

    /// The pictures of this shard, with their captions.
    fn captioned(&self) -> anyhow::Result<Captioned> {
        let shard = self.parts.shard()?;
        let listed = self.from.as_deref().map(read_list).transpose()?.unwrap_or_default();
        let (items, problems) = batch::items_of(&self.images, listed)?;
        for problem in &problems {
            terminal::complain(problem);
        }
        let items = items.into_iter().filter(|item| shard.has(item.id.as_bytes()));
        let found = match &self.captions {
            None => return Ok(Captioned { items: items.collect(), ..Captioned::default() }),
            Some(CaptionsArg::Column(name)) => return Ok(of_column(items, name)),
            Some(CaptionsArg::Beside) => Captions::Beside,
            Some(CaptionsArg::File(path)) => Captions::listed(path, Arc::new(of_content(upright_size)))?,
        };
        let mut captioned = Captioned::default();
        for item in items {
            let captions = found.of(&String::from_utf8_lossy(item.id.as_bytes()), &item.path());
            captioned.add(&item, captions.map_err(anyhow::Error::msg)?);
        }
        Ok(captioned)
    }
}

/// Captions that stand in a field of the list: a text, or several.
fn of_column(items: impl Iterator<Item = Item>, name: &str) -> Captioned {
    let mut captioned = Captioned::default();
    for mut item in items {
        let captions = match item.given.remove(name) {
            Some(serde_json::Value::String(caption)) => vec![caption],
            Some(serde_json::Value::Array(several)) => {
                several.iter().filter_map(|caption| caption.as_str().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        };
        captioned.add(&item, captions);
    }
    captioned
}

impl Captioned {
    fn add(&mut self, item: &Item, captions: Vec<String>) {
        self.n_without += usize::from(captions.is_empty());
        for (number, caption) in captions.into_iter().enumerate() {
            let item = if number == 0 { item.clone() } else { item.nth(number + 1) };
            self.captions.insert(item.id.clone(), caption);
            self.items.push(item);
        }
    }
}
