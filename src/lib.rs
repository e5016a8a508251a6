//! Kosmoscope: Kosmos-2 on your own machine, with words and places linked both ways.
//!
//! # Layers
//!
//! A module imports only from lower layers, never sideways, never up (`tests/tidy` holds this). The one exception:
//! `cli` opens the window when there is no subcommand.
//!
//! | layer | modules |
//! |---|---|
//! | 6 | [`ui`] (the window), [`cli`] (the command line, the only place that prints) |
//! | 5 | [`evaluate`] (how good a checkpoint is) |
//! | 4 | [`worker`] (the thread that owns the model), [`batch`] (many pictures, shared out and gone on with), [`grit`] (training data from pictures and captions), [`convert`] (one in fewer bits), [`hub`] (one from the internet), [`verify`] (whether one is what it should be) |
//! | 3 | [`engine`] (one request, from picture and task to an answer), [`background`] (jobs on threads of their own), [`render`] (records drawn) |
//! | 2 | [`checkpoint`] (weights on disk), [`picture`] (files to pixels), [`grounding`] (model text to captions), [`export`] (results to files), [`dataset`] (records of pictures, captions and boxes), [`overlay`] (boxes painted over pictures) |
//! | 1 | [`caption`] (text with linked regions), [`text`] (tokens and prompts), [`model`] (the network), [`typed`] (what people write for a path), [`disk`] (files written whole), [`archive`] (pictures within other files), [`metrics`] (how near a text is to what people wrote) |
//! | 0 | [`geometry`] (boxes and the location grid), [`interrupt`] (signals that would end it), [`words`] (sizes, times and names for people), [`memory`] (how much of it is free and used), [`power`] (whether it comes from a battery), [`progress`] (how far long work is), [`phrases`] (the noun phrases of a caption), [`pickle`] (what Python's programs keep, as plain data), [`kernels`] (what is faster than the library's own) |
//!
//! Threads are started from layer 4 on. [`background`] starts one below it, because whoever asks it to is on layer 4 and two
//! modules there need the same kind of job; [`interrupt`] waits for signals on one; [`kernels`] computes on the pool of threads that the tensor library keeps.
//!
//! Tensors stay in `model`, `kernels`, `engine`, `picture::preprocess` and `checkpoint::gguf`; types of the window library in `ui` and
//! `overlay`. There is no async runtime.
//!
//! # Where to start reading
//!
//! For what the program does: [`engine`], from a request to an answer on one page, then [`text`] (what is asked) and
//! [`grounding`] (what is made of the answer). For the network: [`model`], with the shape of every tensor beside its line,
//! and `tests/model/golden.rs`, which holds it against the reference. For the window: [`ui`], whose head names its rooms;
//! what a click does is found in `ui::update`, what it looks like in `ui::screens`.
//!
//! # How to add something
//!
//! An export format, a task, a checkpoint format and a menu command are a row of a table each, in [`export`], [`text`],
//! [`checkpoint`] and `ui::command`, and a file or an arm with what the row can't say. `.github/CONTRIBUTING.md` names the
//! files, and says how to run and renew everything.
//!
//! # The path of one request
//!
//! 1. A picture is dropped, opened or pasted: an [`ui::Action`], collected while painting and performed after it, or what
//!    a dialog or the clipboard gave, an [`ui::Event`]. Either way the state answers with an [`ui::Effect`].
//! 2. It is decoded on a thread of its own; the window shows it while the model may still be busy.
//! 3. [`worker::Worker::submit`] sends picture and task to the model's thread, and stops what that was doing.
//! 4. [`engine::Engine::answer`]: pixels, vision tower, resampler (kept for the next question on this picture), prompt,
//!    then token after token; each is an [`worker::Event::Progress`] with the caption and the boxes so far.
//! 5. [`worker::Event::Finished`] brings the answer; the canvas and the caption panel paint the same phrases in the same
//!    colours, and each lights up the other.
//!
//! The command line calls the same engine on its own thread, from step 4 on.
//!
//! # What goes wrong, and what then
//!
//! | failure | in the window | on the command line |
//! |---|---|---|
//! | a checkpoint is missing, damaged or another model | a banner with the sentence, nothing runs | the sentence, exit code 2 |
//! | a download is cut, paused or killed | the sentence, what arrived is kept | the same, exit code 2 |
//! | a picture can't be opened | it stays in the list and says why | the sentence, the others go on, exit code 1 |
//! | a picture is cut off | a note beside the caption | a note, also in the record |
//! | odd model output | a note beside the caption, never an error | a note, also in the record |
//! | a run is stopped | what was written stays | – |
//! | an output can't be written | the sentence, what was there stays | the same before anything runs, else the answer too, exit code 1 |
//! | no threads, no memory | the sentence | the sentence, exit code 2 |
//! | a panic in a decoder | that picture can't be opened | the same, exit code 1 |
//! | a panic in a run | the run fails, the weights stay | one sentence, exit code 101 |
//! | no display, no graphics driver | – | one sentence that names `kosmoscope caption`, exit code 2 |

pub mod archive;
pub mod background;
pub mod batch;
pub mod caption;
pub mod checkpoint;
pub mod cli;
pub mod convert;
pub mod dataset;
pub mod disk;
pub mod engine;
pub mod evaluate;
pub mod export;
pub mod geometry;
pub mod grit;
pub mod grounding;
pub mod hub;
pub mod interrupt;
pub mod kernels;
pub mod memory;
pub mod metrics;
pub mod model;
pub mod overlay;
pub mod phrases;
pub mod pickle;
pub mod picture;
pub mod power;
pub mod progress;
pub mod render;
pub mod text;
pub mod typed;
pub mod ui;
pub mod verify;
pub mod words;
pub mod worker;
