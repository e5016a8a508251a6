//! `kosmoscope data show`: records in words.

use super::input::{InputArgs, Problems};
use crate::{
    caption::score_in_words,
    cli::{
        exit::Exit,
        terminal::{say, say_beside},
    },
    dataset::{Record, Words},
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ShowArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Only the first records
    #[arg(long, value_name = "N")]
    count: Option<usize>,
}

pub(super) fn run(args: &ShowArgs) -> anyhow::Result<Exit> {
    let source = args.input.source()?;
    if let Some(format) = source.format() {
        say_beside(&format!("This is read as {}", format.label))?;
    }
    let (mut problems, mut n_shown) = (Problems::default(), 0);
    for record in source.records()? {
        if args.count.is_some_and(|most| n_shown >= most) {
            break;
        }
        match record {
            Ok(record) => {
                n_shown += 1;
                show(&record)?;
            }
            Err(problem) => problems.tell(&problem),
        }
    }
    Ok(Exit::after_failures(problems.finish()))
}

fn show(record: &Record) -> anyhow::Result<()> {
    let size = record.picture.size.map(|[width, height]| format!(" ({width}×{height})")).unwrap_or_default();
    say(&format!("{}{size}", record.picture_name()))?;
    if !record.caption.is_empty() {
        say(&record.caption)?;
    }
    for span in &record.spans {
        let words = record.words(span);
        let is_loose = matches!(span.words, Words::Loose(_)) && !record.caption.is_empty();
        let where_from = if is_loose { " (not in the caption)" } else { "" };
        if span.regions.is_empty() {
            say(&format!("  {words}{where_from}: no box"))?;
        }
        for region in &span.regions {
            let place = match record.picture.size {
                Some(size) => region.pixels(size).map(|edge| format!("{edge:.0}")),
                None => region.edges.map(|edge| format!("{edge:.3}")),
            };
            let [x1, y1, x2, y2] = place;
            let score =
                region.score.map(|score| format!(", score {}", score_in_words(score as f32))).unwrap_or_default();
            say(&format!("  {words}{where_from}: {x1},{y1} to {x2},{y2}{score}"))?;
        }
    }
    for note in &record.notes {
        say(&format!("  note: {note}"))?;
    }
    Ok(())
}
