//! Four bits for the decoder, rounded by what that does to the texts that the model itself writes about some pictures.

use std::{cell::RefCell, collections::HashMap, ops::ControlFlow, vec};

use candle_core::Tensor;

use super::{
    answer::Outcome,
    device::DeviceChoice,
    error::EngineError,
    load::LoadOptions,
    loaded::Engine,
    request::{GenerateOptions, Request},
    run::Queue,
};
use crate::{
    checkpoint::Checkpoint,
    geometry::NormBox,
    kernels::{Hessian, Matrix, Precision, on_threads},
    model::ImageSlots,
    picture::Picture,
    progress::{OnProgress, Share},
    text::{Prompt, Task},
};

/// Tokens written about a picture, at most: what the model sees first is the same in every text.
const MOST_NEW_TOKENS: usize = 40;

/// Matrices of one of the decoder's blocks.
const MATRICES_IN_A_BLOCK: u64 = 6;

/// Answers written together.
const AT_ONCE: usize = 8;

/// Asked about each picture, the first about both its halves too.
fn tasks() -> [Task; 4] {
    let question =
        |region| Task::Ask { question: "What is this?".to_owned(), region, grounded: false, earlier: vec![] };
    [
        Task::Brief { grounded: true },
        Task::Detailed { grounded: true },
        question(None),
        question(Some(NormBox::new(0.25, 0.25, 0.75, 0.75))),
    ]
}

/// Requests to be answered in turn, and what is said.
struct Texts<'a> {
    requests: vec::IntoIter<Request>,
    /// Picture and all that stands behind it, of each answer.
    answered: Vec<(Picture, String)>,
    asked: Vec<Picture>,
    failure: Option<EngineError>,
    goes_on: &'a dyn Fn() -> bool,
}

impl Queue for Texts<'_> {
    fn next(&mut self) -> Option<Request> {
        let request = self.requests.next()?;
        self.asked.push(request.picture.clone());
        Some(request)
    }

    fn done(&mut self, n: usize, outcome: Result<Outcome, EngineError>) {
        match outcome {
            Ok(Outcome::Finished(answer)) => self.answered.push((self.asked[n].clone(), answer.raw)),
            Ok(Outcome::Cancelled) => self.failure = Some(EngineError::Stopped),
            Err(e) => self.failure = Some(e),
        }
    }

    fn goes_on(&self) -> bool {
        (self.goes_on)()
    }
}

/// The decoder's matrices of a checkpoint in [`Precision::Q4`], by their published names, calibrated on some pictures:
/// what the model says about them in [`Precision::Q8`] goes through it again, block by block.
///
/// # Errors
/// When the checkpoint can't be used, or it was told to stop.
pub fn calibrate(
    checkpoint: &Checkpoint,
    pictures: &[Picture],
    on_progress: OnProgress<'_, Share>,
) -> Result<HashMap<String, Matrix>, EngineError> {
    let options = LoadOptions { precision: Some(Precision::Q8), device: DeviceChoice::Cpu };
    let mut engine = Engine::of(checkpoint, checkpoint.tokenizer()?, options, &mut |_| ControlFlow::Continue(()))?;
    let n_matrices = MATRICES_IN_A_BLOCK * engine.model.config().text_config.layers as u64;
    // Writing takes about as long as a quarter of the blocks.
    let (n_writing, n_total) = (n_matrices / 4, n_matrices + n_matrices / 4);
    let on_progress = RefCell::new(on_progress);
    let goes_on = |n_done| on_progress.borrow_mut()(Share { n_done, n_total }).is_continue();
    let mut texts = Vec::new();
    for (i, picture) in pictures.iter().enumerate() {
        let n_done = n_writing * i as u64 / pictures.len() as u64;
        texts.extend(engine.texts_about(picture, &|| goes_on(n_done))?);
    }
    let mut matrices = HashMap::new();
    engine.model.requantize(&texts, &mut |names, inputs| {
        let cols = inputs.dim(1)?;
        let inputs: Vec<f32> = inputs.flatten_all()?.to_vec1()?;
        let hessian = on_threads(|| Hessian::new(&inputs, cols));
        let mut of_these = Vec::with_capacity(names.len());
        for name in names {
            if !goes_on(n_writing + matrices.len() as u64) {
                return Err(EngineError::Stopped);
            }
            let calibrated = checkpoint.read_weight(name, |stored| {
                let read = |row: usize, out: &mut [f32]| stored.read(row * cols, out);
                on_threads(|| Matrix::calibrated(stored.shape[0], cols, &hessian, read))
            })?;
            of_these.extend(calibrated.clone());
            matrices.extend(calibrated.map(|matrix| (name.clone(), matrix)));
        }
        Ok(of_these)
    })?;
    Ok(matrices)
}

impl Engine {
    /// What the decoder sees of a picture and of its own words about it, `[seq, text width]` for each text.
    fn texts_about(&mut self, picture: &Picture, goes_on: &dyn Fn() -> bool) -> Result<Vec<Tensor>, EngineError> {
        let options = GenerateOptions { max_new_tokens: MOST_NEW_TOKENS, ..GenerateOptions::original() };
        let whole = tasks().map(|task| Request { picture: picture.clone(), task, options: options.clone() });
        let parts = halves(picture).map(|picture| {
            let [task, ..] = tasks();
            Request { picture, task, options: options.clone() }
        });
        let requests: Vec<Request> = whole.into_iter().chain(parts).collect();
        let mut queue =
            Texts { requests: requests.into_iter(), answered: Vec::new(), asked: Vec::new(), failure: None, goes_on };
        self.answer_many(&mut queue, AT_ONCE)?;
        match queue.failure {
            Some(failure) => return Err(failure),
            None if !goes_on() => return Err(EngineError::Stopped),
            None => {}
        }
        let mut texts = Vec::new();
        let mut cache = self.picture_cache.take();
        queue.answered.sort_by_key(|(picture, _)| picture.id.0);
        for (picture, raw) in queue.answered {
            let now = match cache.take() {
                Some(cache) if cache.picture == picture.id => cache,
                before => self.encode(&picture, before)?,
            };
            // What a model writes that knows nothing may be no prompt.
            let n_slots = self.model.config().latent_query_num;
            let prompt = Prompt::new(&self.tokenizer, &Task::Raw { prompt: raw }, n_slots)
                .or_else(|_| Prompt::new(&self.tokenizer, &Task::Brief { grounded: true }, n_slots))?;
            let slots = ImageSlots { slots: prompt.image_slots.clone(), embeds: &now.image_embeds };
            texts.push(self.model.placed(&prompt.ids, [slots])?);
            cache = Some(now);
        }
        self.picture_cache = cache;
        Ok(texts)
    }
}

/// The left half of a picture, and the right one.
fn halves(picture: &Picture) -> [Picture; 2] {
    let (width, height) = picture.pixels.dimensions();
    [0, width / 2].map(|x| {
        let pixels =
            image::imageops::crop_imm(&*picture.pixels, x, 0, width.div_ceil(2).min(width - x), height).to_image();
        Picture::new(&picture.name, pixels)
    })
}
