//! `kosmoscope bench`: how fast this machine answers, and how fast it could.

use serde::Serialize;

use super::{
    loading::LoadingArgs,
    terminal::{self, StatusLine},
};
use crate::{
    engine::{BenchRound, Engine, EngineError, ModelInfo, Roofline},
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
    /// Also measure an answer of this many tokens; may be given several times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    new_tokens: Vec<u32>,
    /// Also measure a prompt with this many pictures; may be given several times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    images: Vec<u32>,
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
    /// As many as were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    answers: Vec<LongAnswer>,
    /// As many as were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<Several>,
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
    /// The most memory that was in use until the first of these was done; `None` where the system does not say.
    peak_memory_bytes: Option<u64>,
}

/// An answer of some length.
#[derive(Serialize)]
struct LongAnswer {
    new_tokens: usize,
    /// The mean.
    token_secs: f64,
    /// Times the bytes of the first answer's tokens.
    token_work: f64,
    /// As in [`Length`].
    peak_memory_bytes: Option<u64>,
}

/// A prompt with some pictures.
#[derive(Serialize)]
struct Several {
    images: u32,
    prompt_tokens: usize,
    vision_secs: f64,
    prefill_secs: f64,
    /// Times the pictures of the first prompt.
    vision_work: f64,
    /// Times the operations of the first prompt.
    prefill_work: f64,
    /// As in [`Length`].
    peak_memory_bytes: Option<u64>,
}

/// What was measured of one size: each round's, and the peak of memory after the first.
type Measured<T> = (Vec<T>, Option<u64>);

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
    let (answers, images) = (args.answers(&mut engine, &picture)?, args.images(&engine, &picture)?);
    status.clear();
    let report = args.report(engine.info(), load_secs, &rounds, &roofline);
    let report = Report { together, lengths, answers, images, peak_memory_bytes, ..report };
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

    /// The same sizes in each round.
    fn in_turns<T>(
        &self,
        sizes: &[u32],
        mut measure: impl FnMut(usize) -> Result<T, EngineError>,
    ) -> Result<Vec<Measured<T>>, EngineError> {
        let mut all: Vec<Measured<T>> = sizes.iter().map(|_| (Vec::new(), None)).collect();
        for _ in 0..self.rounds {
            for (n, (rounds, peak)) in sizes.iter().zip(&mut all) {
                rounds.push(measure(*n as usize)?);
                *peak = peak.or_else(memory::peak);
            }
        }
        Ok(all)
    }

    fn lengths(&self, engine: &Engine) -> anyhow::Result<Vec<Length>> {
        let costs = self.in_turns(&self.prompt_tokens, |n| engine.time_length(n))?;
        let all = costs.iter().map(|(rounds, peak)| {
            let (of_it, first) = (rounds[0], costs[0].0[0]);
            Length {
                prompt_tokens: of_it.n_tokens,
                prefill_secs: median(rounds.iter().map(|cost| cost.prefill_secs).collect()),
                token_secs: median(rounds.iter().map(|cost| cost.token_secs).collect()),
                prefill_work: of_it.prefill_ops as f64 / first.prefill_ops as f64,
                token_work: of_it.token_bytes as f64 / first.token_bytes as f64,
                peak_memory_bytes: *peak,
            }
        });
        Ok(all.collect())
    }

    fn answers(&self, engine: &mut Engine, picture: &Picture) -> anyhow::Result<Vec<LongAnswer>> {
        let costs = self.in_turns(&self.new_tokens, |n| engine.time_long_answer(picture, n))?;
        let all = costs.iter().map(|(rounds, peak)| {
            let (of_it, first) = (rounds[0], costs[0].0[0]);
            LongAnswer {
                new_tokens: of_it.n_tokens,
                token_secs: median(rounds.iter().map(|cost| cost.token_secs).collect()),
                token_work: of_it.token_bytes as f64 / first.token_bytes as f64,
                peak_memory_bytes: *peak,
            }
        });
        Ok(all.collect())
    }

    fn images(&self, engine: &Engine, picture: &Picture) -> anyhow::Result<Vec<Several>> {
        let costs = self.in_turns(&self.images, |n| engine.time_pictures(picture, n))?;
        let all = self.images.iter().zip(&costs).map(|(&images, (rounds, peak))| {
            let (of_it, first) = (rounds[0], costs[0].0[0]);
            Several {
                images,
                prompt_tokens: of_it.n_tokens,
                vision_secs: median(rounds.iter().map(|cost| cost.vision_secs).collect()),
                prefill_secs: median(rounds.iter().map(|cost| cost.prefill_secs).collect()),
                vision_work: f64::from(images) / f64::from(self.images[0]),
                prefill_work: of_it.prefill_ops as f64 / first.prefill_ops as f64,
                peak_memory_bytes: *peak,
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
            answers: Vec::new(),
            images: Vec::new(),
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
        self.print_growth()?;
        let speed = self
            .memory_bytes_per_sec
            .map_or("an unknown speed, as too little is free to measure it".to_owned(), |n| format!("{}B/s", giga(n)));
        terminal::say(&format!("Limits: each token reads {}B of memory, at {speed}", giga(self.token_bytes as f64)))?;
        let ops = self.ops_per_sec.map_or("unknown".to_owned(), giga);
        terminal::say(&format!("Operations per second at best: {ops}"))
    }

    /// How time grows with the work, against the first of each kind.
    fn print_growth(&self) -> anyhow::Result<()> {
        for length in &self.lengths {
            let first = &self.lengths[0];
            let prefill = growth(length.prefill_secs, first.prefill_secs, length.prefill_work);
            let token = growth(length.token_secs, first.token_secs, length.token_work);
            let n = length.prompt_tokens;
            terminal::say(&format!("A prompt of {n} tokens takes {prefill}; each token behind it {token}"))?;
        }
        for answer in &self.answers {
            let token = growth(answer.token_secs, self.answers[0].token_secs, answer.token_work);
            terminal::say(&format!("Each token of an answer of {} takes {token}", answer.new_tokens))?;
        }
        for images in &self.images {
            let vision = growth(images.vision_secs, self.images[0].vision_secs, images.vision_work);
            let prefill = growth(images.prefill_secs, self.images[0].prefill_secs, images.prefill_work);
            let (n, n_tokens) = (images.images, images.prompt_tokens);
            terminal::say(&format!("Pictures, {n}: {vision}; their prompt of {n_tokens} tokens {prefill}"))?;
        }
        Ok(())
    }
}

/// A time, and how many times the first it is for how many times the work.
fn growth(secs: f64, first_secs: f64, work: f64) -> String {
    format!("{:.1} ms, {:.2} × the first for {work:.2} × the work", 1e3 * secs, secs / first_secs)
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
