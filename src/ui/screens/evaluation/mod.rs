//! The evaluation screen: what is asked at the left, what it came to at the right: the numbers, and behind each its pictures,
//! the worst first.

mod answers;
mod diagram;
mod numbers;
mod screen;
mod setup;

pub(crate) use screen::EvaluationScreen;
