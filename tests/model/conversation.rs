//! Questions that follow each other, with the real engine on the built-in checkpoint.
//!
//! The built-in checkpoint has learnt single questions only. What is tested is what it is given, what is left out, and
//! what a person reads; not whether it understands what was said before.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use kosmoscope::{
    engine::{Answer, Ending, Engine, GenerateOptions, Sampling},
    text::{Exchange, Prompt, Task, Tokenizer},
};

use crate::support::{
    files,
    model::{meadow, mini, try_answer},
};

/// Tokens that the built-in checkpoint can hold.
const N_POSITIONS: usize = 512;

/// That of the built-in checkpoint.
fn tokenizer() -> Tokenizer {
    Tokenizer::from_bytes(&std::fs::read(files::project("assets/mini/tokenizer.json")).unwrap()).unwrap()
}

fn exchange(question: &str, answer: &str) -> Exchange {
    Exchange { question: question.to_owned(), region: None, answer: answer.to_owned() }
}

fn ask(question: &str, earlier: Vec<Exchange>) -> Task {
    Task::Ask { question: question.to_owned(), region: None, grounded: false, earlier }
}

fn answer(engine: &mut Engine, task: Task, options: GenerateOptions) -> Result<Answer, String> {
    try_answer(engine, &meadow(), task, options)
}

fn answer_to(engine: &mut Engine, question: &str, earlier: Vec<Exchange>) -> Answer {
    answer(engine, ask(question, earlier), GenerateOptions::original()).unwrap()
}

#[test]
fn earlier_questions_stay_in_the_prompt_and_out_of_the_answer() {
    let mut engine = mini();
    let first = answer_to(&mut engine, "Where is the dog?", Vec::new());
    assert!(!first.caption.text.is_empty());
    let second = answer_to(&mut engine, "Is there a sun?", first.conversation());
    let expected =
        format!("Question: Where is the dog? Answer: {} Question: Is there a sun? Answer:", first.caption.text);
    assert_eq!(second.prompt, expected);
    assert!(second.raw.starts_with(&expected));
    assert!(!second.caption.text.is_empty() && !second.caption.text.contains("Question"), "{}", second.caption.text);
    assert_eq!(second.raw[expected.len()..].trim(), second.caption.text);
    let conversation = second.conversation();
    assert_eq!(conversation[0], exchange("Where is the dog?", &first.caption.text));
    assert_eq!(conversation[1], exchange("Is there a sun?", &second.caption.text));
    assert_eq!(conversation.len(), 2);
    assert!(
        answer(&mut engine, Task::Brief { grounded: true }, GenerateOptions::original())
            .unwrap()
            .conversation()
            .is_empty()
    );
}

#[test]
fn the_oldest_are_left_out_where_there_is_no_room() {
    let mut engine = mini();
    let earlier: Vec<Exchange> = (0..30).map(|n| exchange(&format!("Is there a sun, {n}?"), "Yes.")).collect();
    let first = answer_to(&mut engine, "Where is the dog?", earlier.clone());
    assert!(first.prompt.ends_with("Question: Is there a sun, 29? Answer: Yes. Question: Where is the dog? Answer:"));
    let n_kept = first.prompt.matches("Is there a sun").count();
    assert!((5..30).contains(&n_kept), "{n_kept}");
    let note = format!("The {} oldest questions and their answers were left out of the prompt", 30 - n_kept);
    assert!(first.notes()[0].starts_with(&note), "{:?}", first.notes());
    assert_eq!(first.conversation().len(), 31, "what has no room now may have some with other settings");

    // the answer makes room down to 64 tokens, and no longer answer costs a question
    let with_room = |engine: &mut Engine, max_new_tokens| {
        let options = GenerateOptions { max_new_tokens, ..GenerateOptions::original() };
        answer(engine, ask("Where is the dog?", earlier.clone()), options).unwrap()
    };
    let n_kept_with = |engine: &mut Engine, n| with_room(engine, n).prompt.matches("Is there a sun").count();
    assert!(n_kept_with(&mut engine, 8) > n_kept);
    assert_eq!([64, N_POSITIONS].map(|n| n_kept_with(&mut engine, n)), [n_kept; 2]);
    let n_tokens =
        Prompt::new(&tokenizer(), &ask("Where is the dog?", earlier[30 - n_kept..].to_vec()), 64).unwrap().ids.len();
    let with_one_more =
        Prompt::new(&tokenizer(), &ask("Where is the dog?", earlier[29 - n_kept..].to_vec()), 64).unwrap().ids.len();
    assert!(n_tokens <= N_POSITIONS - 64 && with_one_more > N_POSITIONS - 64, "{n_tokens}, {with_one_more}");
    let one_left_out = answer_to(
        &mut engine,
        "Where is the dog?",
        vec![exchange(&"why ".repeat(400), "So."), exchange("Why?", "So.")],
    );
    assert_eq!(one_left_out.prompt, "Question: Why? Answer: So. Question: Where is the dog? Answer:");
    assert!(one_left_out.notes()[0].starts_with("The oldest question and its answer were left out"));
}

#[test]
fn the_answer_gets_shorter_before_anything_is_left_out() {
    let mut engine = mini();
    // fills the model up to some 70 tokens; the published rule of 128 would have left the first question out
    let earlier = vec![exchange("Is there a sun?", "Yes."), exchange(&"why ".repeat(350), "So.")];
    let task = Task::Ask { question: "Where is the dog?".into(), region: None, grounded: true, earlier };
    let n_tokens = Prompt::new(&tokenizer(), &task, 64).unwrap().ids.len();
    assert!((N_POSITIONS - 128..=N_POSITIONS - 64).contains(&n_tokens), "{n_tokens}");
    let answered = answer(&mut engine, task.clone(), GenerateOptions::original()).unwrap();
    assert!(answered.prompt.contains("Is there a sun?") && !answered.caption.text.is_empty(), "{answered:?}");
    assert!(answered.notes().iter().all(|note| !note.contains("left out")), "{:?}", answered.notes());
    // an answer that fills the room is told to end there
    let sampling = Sampling::TopP { temperature: 100.0, top_p: 1.0, seed: 1 };
    let options = GenerateOptions { max_new_tokens: 400, sampling, ..GenerateOptions::original() };
    let cut_off = answer(&mut engine, task, options).unwrap();
    assert_eq!((cut_off.ending, cut_off.timings.n_new_tokens), (Ending::Limit, N_POSITIONS - n_tokens));
    let told = format!(
        "Cut off after {} new tokens, where the model's room ends; start afresh for more",
        N_POSITIONS - n_tokens
    );
    assert!(cut_off.notes().contains(&told), "{:?}", cut_off.notes());
}

#[test]
fn only_a_question_that_is_too_long_by_itself_is_an_error() {
    let task = ask(&"why ".repeat(600), vec![exchange("Why?", "So.")]);
    let error = answer(&mut mini(), task, GenerateOptions::original()).unwrap_err();
    assert!(error.starts_with("The prompt is too long"), "{error}");
}

#[test]
fn an_answer_may_say_what_an_earlier_one_said() {
    let mut engine = mini();
    let earlier = vec![exchange("Is there a sun?", "Yes."), exchange("Is there a tree?", "Yes.")];
    let mut said = |size| {
        let options = GenerateOptions { no_repeat_ngram: Some(size).into(), ..GenerateOptions::original() };
        answer(&mut engine, ask("Is there a dog?", earlier.clone()), options).unwrap().caption.text
    };
    assert_eq!(said(0), "Yes.");
    assert_eq!(said(3), "Yes.", "the rule against repetition counts from the question on");
}

#[test]
fn tasks_of_older_sessions_can_be_read() {
    let task: Task = serde_json::from_str(r#"{"Ask":{"question":"Why?","region":null,"grounded":false}}"#).unwrap();
    assert_eq!(task, ask("Why?", Vec::new()));
    let longer = ask("Why?", vec![exchange("Where?", "Here.")]);
    assert_eq!(serde_json::from_str::<Task>(&serde_json::to_string(&longer).unwrap()).unwrap(), longer);
}
