//! An evaluation that somebody watches: it is carried out wherever there is a model, and tells how far it is.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::{
    answering::{How, answer},
    error::EvaluateError,
    reckoned::reckoned,
    said::{said, so_far},
    task::{Task, Wanted},
};
use crate::{
    batch::{Ended, News, Shard, Tally},
    disk::{Consent, Outputs},
    engine::Engine,
    evaluate::benchmarks::{Answers, Benchmark, Part, Question, Report, Scoring},
};

/// What is to be evaluated, and where the answers go.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The benchmark.
    pub benchmark: &'static dyn Benchmark,
    /// The folder with its files.
    pub data: PathBuf,
    /// The split.
    pub split: String,
    /// Examples before each question.
    pub shots: usize,
    /// Only so many questions, the first.
    pub limit: Option<usize>,
    /// Where answers are kept, to go on later; `None` where they need not be.
    pub answers: Option<PathBuf>,
}

/// What is told of an evaluation.
#[derive(Clone, Debug)]
pub enum EvaluationEvent {
    /// A question could not be asked; one sentence.
    NotAsked(String),
    /// It is so far.
    Counted(Tally),
    /// It is over, or was stopped: what was answered by then is reckoned.
    Ended(Box<Outcome>),
    /// It came to nothing; one sentence.
    Failed(String),
}

/// What an evaluation came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The numbers.
    pub report: Report,
    /// What was asked.
    pub questions: Vec<Question>,
    /// What was said.
    pub answers: Answers,
    /// Questions that were not asked yet, since it was stopped.
    pub n_left: usize,
    /// The file with the numbers, if answers are kept.
    pub results: Option<PathBuf>,
}

/// The handle of who watches. Dropping it stops the evaluation; what is answered stays where it is kept.
#[derive(Debug)]
pub struct Evaluation {
    events: Receiver<EvaluationEvent>,
    stop: Arc<AtomicBool>,
}

impl Evaluation {
    /// What is new, if something is.
    #[must_use]
    pub fn try_recv(&self) -> Option<EvaluationEvent> {
        self.events.try_recv().ok()
    }

    /// Lets it end after the word that is being written.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }
}

impl Drop for Evaluation {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The same, for who carries it out.
pub struct Work {
    wish: Wish,
    teller: Teller,
    stop: Arc<AtomicBool>,
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").field("wish", &self.wish).finish_non_exhaustive()
    }
}

/// Tells whoever watches, and wakes them.
struct Teller {
    events: Sender<EvaluationEvent>,
    wake: Box<dyn Fn() + Send>,
    has_ended: bool,
}

impl Teller {
    fn tell(&mut self, event: EvaluationEvent) {
        self.has_ended = matches!(event, EvaluationEvent::Ended(_) | EvaluationEvent::Failed(_));
        // Nobody may be watching any more.
        let _ = self.events.send(event);
        (self.wake)();
    }
}

/// Nobody waits for an end that does not come, as where carrying it out panics.
impl Drop for Teller {
    fn drop(&mut self) {
        if !self.has_ended {
            self.tell(EvaluationEvent::Failed("The evaluation ended unexpectedly; begin it again".to_owned()));
        }
    }
}

/// An evaluation that is to be carried out; `wake` is called after each event.
#[must_use]
pub fn evaluation(wish: Wish, wake: impl Fn() + Send + 'static) -> (Evaluation, Work) {
    let (sender, events) = unbounded();
    let stop = Arc::new(AtomicBool::new(false));
    let teller = Teller { events: sender, wake: Box::new(wake), has_ended: false };
    (Evaluation { events, stop: Arc::clone(&stop) }, Work { wish, teller, stop })
}

impl Work {
    /// Asks the model, or says why it can't be.
    pub fn carry_out(mut self, engine: Result<&mut Engine, &str>) {
        let outcome = match engine {
            Ok(engine) => self.outcome(engine).map_err(|e| e.to_string()),
            Err(reason) => Err(reason.to_owned()),
        };
        self.teller.tell(match outcome {
            Ok(outcome) => EvaluationEvent::Ended(Box::new(outcome)),
            Err(sentence) => EvaluationEvent::Failed(sentence),
        });
    }

    fn outcome(&mut self, engine: &mut Engine) -> Result<Outcome, EvaluateError> {
        let Wish { benchmark, data, split, shots, limit, answers } = self.wish.clone();
        let part = Part { split: &split, shots };
        let task = Task::read(&Wanted { benchmark, data: &data, part, limit })?;
        let passing = if answers.is_none() { Some(tempfile::tempdir().map_err(EvaluateError::NoRoom)?) } else { None };
        let passing = passing.as_ref().map_or(Path::new(""), tempfile::TempDir::path);
        let folder = answers.as_deref().unwrap_or(passing);
        let how = How { folder, shard: Shard::WHOLE, restart: false, retry_failed: true, stop: &self.stop };
        let teller = &mut self.teller;
        let ended = answer(&task, engine, how, &mut |news| {
            teller.tell(match news {
                News::Failed(sentence) => EvaluationEvent::NotAsked(sentence.to_owned()),
                News::Counted(tally) => EvaluationEvent::Counted(tally),
            });
        })?;
        let (said, n_left) = match ended {
            Ended::Through(_) => (said(&task, folder)?, 0),
            Ended::Stopped(tally) | Ended::TooManyFailed(tally) => {
                (so_far(&task, folder)?, tally.total.saturating_sub(tally.done + tally.failed))
            }
        };
        let report = reckoned(&task, &said, &Scoring::default())?;
        let results = answers.filter(|_| n_left == 0).map(|folder| kept(&folder, &task, &report, &said.answers));
        let results = results.transpose()?;
        Ok(Outcome { report, questions: task.asked().to_vec(), answers: said.answers, n_left, results })
    }
}

/// The two files of a run, beside its parts and in place of nothing; gives the one with the numbers.
fn kept(folder: &Path, task: &Task, report: &Report, answers: &Answers) -> Result<PathBuf, EvaluateError> {
    let mut outputs = Outputs::new(Consent::Withheld);
    let samples = folder.join(format!("samples_{}.jsonl", task.name()));
    outputs.write_numbered(&samples, report.samples(task.asked(), answers).as_bytes())?;
    let results = serde_json::to_vec_pretty(&report.results()).unwrap_or_default();
    Ok(outputs.write_numbered(&folder.join("results.json"), &results)?)
}
