//! `kosmoscope data stats`: what a dataset is made of.

use super::input::{InputArgs, Problems};
use crate::{
    cli::{
        exit::Exit,
        terminal::{say, say_json},
    },
    dataset::Stats,
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct StatsArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(serde::Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    stats: &'a Stats,
    average_expression_length: Option<f64>,
    frequent_phrases: Vec<(&'a str, u64)>,
    records_left_out: usize,
}

const N_PHRASES: usize = 10;

pub(super) fn run(args: &StatsArgs) -> anyhow::Result<Exit> {
    let (mut problems, mut stats) = (Problems::default(), Stats::default());
    for record in args.input.source()?.records()? {
        match record {
            Ok(record) => stats.add(&record),
            Err(problem) => problems.tell(&problem),
        }
    }
    let n_problems = problems.finish();
    if args.json {
        say_json(&Printed {
            stats: &stats,
            average_expression_length: stats.mean_words(),
            frequent_phrases: stats.frequent(N_PHRASES),
            records_left_out: n_problems,
        })?;
    } else {
        print(&stats)?;
    }
    Ok(Exit::after_failures(n_problems))
}

fn print(stats: &Stats) -> anyhow::Result<()> {
    let mean = stats.mean_words().map_or("–".to_owned(), |mean| format!("{mean:.2}"));
    say(&format!("{:>12} {:>12} {:>12} {:>24}", "images", "objects", "text spans", "avg expression length"))?;
    say(&format!("{:>12} {:>12} {:>12} {mean:>24}", stats.images, stats.objects, stats.text_spans))?;
    histogram("scores", &stats.scores)?;
    if stats.unscored > 0 {
        say(&format!("  without    {}", stats.unscored))?;
    }
    histogram("sizes, as the square root of a box's share of the picture", &stats.sizes)?;
    say("most frequent phrases")?;
    for (phrase, count) in stats.frequent(N_PHRASES) {
        say(&format!("  {count:>9}  {phrase}"))?;
    }
    Ok(())
}

/// A bar for each tenth.
fn histogram(title: &str, counts: &[u64; 10]) -> anyhow::Result<()> {
    const LONGEST: u64 = 40;
    let most = counts.iter().copied().max().unwrap_or_default();
    if most == 0 {
        return Ok(());
    }
    say(title)?;
    for (tenth, &count) in counts.iter().enumerate() {
        let bar = "█".repeat((count * LONGEST).div_ceil(most) as usize);
        say(&format!("  {:.1} to {:.1}  {count:>9} {bar}", tenth as f64 / 10.0, (tenth + 1) as f64 / 10.0))?;
    }
    Ok(())
}
