//! `kosmoscope bench`: how fast this machine answers, and how fast it could.

use serde::Serialize;

use super::{
    loading::LoadingArgs,
    terminal::{self, StatusLine},
};
use crate::{
    engine::{BenchRound, Engine, LengthCost, ModelInfo, Roofline},
    kernels::Precision,
    memory,
    picture::Picture,
};

#[derive(Debug, clap::Args)]
pub(super) struct BenchArgs {
    #[command(flatten)]
    pub(super) loading: LoadingArgs,
    /// Tokens in each answer
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(2..))]
    tokens: u16,
    /// Measured rounds, after one to warm up; medians are printed
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Also measure this many answers that are written together; may be given several times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    at_once: Vec<u16>,
    /// Also measure a prompt of this many tokens, and tokens behind it; may be given several times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    prompt_tokens: Vec<u32>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// What `--json` prints; seconds, bytes.
#[derive(Serialize)]
struct Report {
    checkpoint: String,
    precision: Precision,
    load_secs: f64,
    tokens: u16,
    rounds: u16,
    vision: Stage,
    prefill: Stage,
    token: Stage,
    tokens_per_sec: f64,
    total_secs: f64,
    /// As many as were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    together: Vec<Together>,
    /// As many as were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lengths: Vec<Length>,
    second_question_secs: f64,
    /// How long the second question's first token takes, over the first question's.
    second_question_ratio: f64,
    /// How long a token takes that is read together with draft tokens, over one by itself. What reads the JSON knows it by
    /// its first name.
    #[serde(rename = "guessing_ratio")]
    draft_ratio: f64,
    /// `None` where the system does not say.
    peak_memory_bytes: Option<u64>,
    token_bytes: usize,
    /// `None` where there is no room to measure it.
    memory_bytes_per_sec: Option<f64>,
    /// `None` where we use no instruction whose limit we know.
    ops_per_sec: Option<f64>,
}

/// Several answers that are written together.
#[derive(Serialize)]
struct Together {
    at_once: u16,
    /// Of a pass that writes a token of each.
    pass_secs: f64,
    pictures_per_hour: f64,
}

/// A prompt of some length, and tokens behind it.
#[derive(Serialize)]
struct Length {
    prompt_tokens: usize,
    prefill_secs: f64,
    token_secs: f64,
    /// Times the operations of the first length.
    prefill_work: f64,
    /// Times the bytes of the first length.
    token_work: f64,
}

/// A stage, and how fast it could be.
#[derive(Serialize)]
struct Stage {
    secs: f64,
    limit_secs: Option<f64>,
}

pub(super) fn run(args: &BenchArgs) -> anyhow::Result<()> {
    let status = StatusLine::new();
    let start = std::time::Instant::now();
    let mut engine = args.loading.load(&status)?;
    let load_secs = start.elapsed().as_secs_f64();
    let (picture, n_rounds) = (picture(), usize::from(args.rounds));
    let mut rounds = Vec::new();
    for n_done in 0..=n_rounds {
        status.counting(n_done, n_rounds);
        rounds.push(engine.time_round(&picture, usize::from(args.tokens))?);
    }
    rounds.remove(0);
    let peak_memory_bytes = memory::peak();
    let roofline = engine.roofline()?;
    let together = args.together(&engine, &rounds)?;
    let lengths = args.lengths(&engine)?;
    status.clear();
    let report = args.report(engine.info(), load_secs, &rounds, &roofline);
    let report = Report { together, lengths, peak_memory_bytes, ..report };
    if args.json { terminal::say_json(&report) } else { report.print() }
}

impl BenchArgs {
    /// In turns, so that a machine that gets faster or slower does so for all.
    fn together(&self, engine: &Engine, rounds: &[BenchRound]) -> anyhow::Result<Vec<Together>> {
        let mut pass_secs = vec![Vec::new(); self.at_once.len()];
        for _ in 0..self.rounds {
            for (at_once, secs) in self.at_once.iter().zip(&mut pass_secs) {
                secs.push(engine.time_together(usize::from(*at_once), usize::from(self.tokens))?);
            }
        }
        let reading_secs = median(rounds.iter().map(|round| round.vision_secs + round.prefill_secs).collect());
        let together = self.at_once.iter().zip(pass_secs).map(|(&at_once, secs)| {
            let pass_secs = median(secs);
            let writing_secs = pass_secs * f64::from(self.tokens - 1) / f64::from(at_once);
            Together { at_once, pass_secs, pictures_per_hour: 3600.0 / (reading_secs + writing_secs) }
        });
        Ok(together.collect())
    }

    /// In turns too; the medians.
    fn lengths(&self, engine: &Engine) -> anyhow::Result<Vec<Length>> {
        let mut costs = vec![Vec::new(); self.prompt_tokens.len()];
        for _ in 0..self.rounds {
            for (n, costs) in self.prompt_tokens.iter().zip(&mut costs) {
                costs.push(engine.time_length(*n as usize)?);
            }
        }
        let all = costs.iter().map(|rounds: &Vec<LengthCost>| {
            let (of_it, first) = (rounds[0], costs[0][0]);
            Length {
                prompt_tokens: of_it.n_tokens,
                prefill_secs: median(rounds.iter().map(|cost| cost.prefill_secs).collect()),
                token_secs: median(rounds.iter().map(|cost| cost.token_secs).collect()),
                prefill_work: of_it.prefill_ops as f64 / first.prefill_ops as f64,
                token_work: of_it.token_bytes as f64 / first.token_bytes as f64,
            }
        });
        Ok(all.collect())
    }

    fn report(&self, model: &ModelInfo, load_secs: f64, rounds: &[BenchRound], roofline: &Roofline) -> Report {
        let median = |secs: fn(&BenchRound) -> f64| median(rounds.iter().map(secs).collect());
        let stage = |secs, limit_secs| Stage { secs: median(secs), limit_secs };
        let token = stage(|round| round.token_secs, roofline.token_secs);
        let second_question_secs = median(|round| round.second_question_secs);
        Report {
            checkpoint: model.checkpoint.name.clone(),
            precision: model.precision,
            load_secs,
            tokens: self.tokens,
            rounds: self.rounds,
            vision: stage(|round| round.vision_secs, roofline.vision_secs),
            prefill: stage(|round| round.prefill_secs, roofline.prefill_secs),
            tokens_per_sec: 1.0 / token.secs,
            token,
            total_secs: median(|round| round.total_secs),
            together: Vec::new(),
            lengths: Vec::new(),
            second_question_secs,
            second_question_ratio: second_question_secs / median(|round| round.vision_secs + round.prefill_secs),
            draft_ratio: median(|round| round.draft_secs / round.token_secs),
            peak_memory_bytes: None,
            token_bytes: roofline.token_bytes,
            memory_bytes_per_sec: roofline.bytes_per_sec,
            ops_per_sec: roofline.ops_per_sec,
        }
    }
}

impl Report {
    fn print(&self) -> anyhow::Result<()> {
        let giga = |n: f64| format!("{:.2} G", n / 1e9);
        let memory = self.peak_memory_bytes.map_or("?".to_owned(), |n| giga(n as f64));
        let load = self.load_secs;
        terminal::say(&format!(
            "{} ({}), loaded in {load:.1} s, {memory}B of memory at its peak",
            self.checkpoint, self.precision
        ))?;
        terminal::say("stage                 time       limit    reached")?;
        for (name, stage) in [("vision", &self.vision), ("prefill", &self.prefill), ("each token", &self.token)] {
            let (time, limit) = (1e3 * stage.secs, stage.limit_secs);
            let limit = limit.map_or(String::new(), |limit| {
                format!("{:>9.1} ms {:>8.0} %", 1e3 * limit, 100.0 * limit / stage.secs)
            });
            terminal::say(&format!("{name:<14}{time:>9.1} ms{limit}"))?;
        }
        terminal::say(&format!("{} tokens in all {:>6.1} ms", self.tokens, 1e3 * self.total_secs))?;
        let (again, ratio) = (1e3 * self.second_question_secs, self.second_question_ratio);
        terminal::say(&format!(
            "The first token of a second question takes {again:.1} ms, {ratio:.2} × as long as that of the first"
        ))?;
        let ratio = self.draft_ratio;
        terminal::say(&format!("A token read together with draft tokens takes {ratio:.2} × as long as one by itself"))?;
        for Together { at_once, pass_secs, pictures_per_hour } in &self.together {
            let ms = 1e3 * pass_secs;
            terminal::say(&format!(
                "{at_once} answers at once: a token of each takes {ms:.1} ms, {pictures_per_hour:.0} pictures an hour"
            ))?;
        }
        for length in &self.lengths {
            let Length { prompt_tokens, prefill_secs, token_secs, prefill_work, token_work } = length;
            let [prefill_ms, token_ms] = [prefill_secs, token_secs].map(|secs| 1e3 * secs);
            let [prefill_times, token_times] =
                [prefill_secs / self.lengths[0].prefill_secs, token_secs / self.lengths[0].token_secs];
            terminal::say(&format!(
                "A prompt of {prompt_tokens} tokens takes {prefill_ms:.1} ms, {prefill_times:.2} × the first for {prefill_work:.2} × the work; \
                 each token behind it {token_ms:.1} ms, {token_times:.2} × for {token_work:.2} ×"
            ))?;
        }
        let speed = self
            .memory_bytes_per_sec
            .map_or("an unknown speed, as too little is free to measure it".to_owned(), |n| format!("{}B/s", giga(n)));
        terminal::say(&format!("Limits: each token reads {}B of memory, at {speed}", giga(self.token_bytes as f64)))?;
        let ops = self.ops_per_sec.map_or("unknown".to_owned(), giga);
        terminal::say(&format!("Operations per second at best: {ops}"))
    }
}

fn median(mut secs: Vec<f64>) -> f64 {
    secs.sort_by(f64::total_cmp);
    secs[secs.len() / 2]
}

/// Any picture takes the same time.
fn picture() -> Picture {
    let pixels = image::RgbImage::from_fn(640, 480, |x, y| image::Rgb([x as u8, y as u8, (x ^ y) as u8]));
    Picture::new("pattern", pixels)
}
