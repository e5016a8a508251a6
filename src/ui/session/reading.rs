//! Reading a session file that may be damaged in places: what can't be understood is left out, and as little as possible.
//!
//! A file may also come from a later version, whose tasks and sources this one does not know.

use serde_json::{Map, Value};

use super::content::Session;
use crate::{caption::Caption, engine::Answer, geometry::NormBox};

/// Boxes may stick out of the picture a little, as the model may put them.
const MOST_OUTSIDE: f32 = 1.0;

/// The session in this content, and how many pieces of it were left out.
///
/// # Errors
/// When it is no JSON, or no session at all.
pub(super) fn read(content: &[u8]) -> serde_json::Result<(Session, usize)> {
    let (mut session, mut n_left_out) = match serde_json::from_slice(content) {
        Ok(session) => (session, 0),
        Err(e) if e.is_data() => read_in_pieces(content, e)?,
        Err(e) => return Err(e),
    };
    for picture in session.pictures.iter_mut().flatten() {
        for result in &mut picture.results {
            if result.take_if(|result| !is_sound(result)).is_some() {
                n_left_out += 1;
            }
        }
        picture.region = picture.region.filter(is_near);
    }
    session.form.region = session.form.region.filter(is_near);
    Ok((session, n_left_out))
}

fn read_in_pieces(content: &[u8], why: serde_json::Error) -> serde_json::Result<(Session, usize)> {
    let mut n_left_out = 0;
    let reads = |value: &Value| serde_json::from_value::<Session>(value.clone()).is_ok();
    let mended = serde_json::from_slice(content).map(|whole| mended(whole, &reads, &mut n_left_out))?;
    Ok((mended.map(serde_json::from_value).transpose()?.ok_or(why)?, n_left_out))
}

/// The value without the fields and elements that keep it from being read, down to single ones; an element leaves `null`
/// where that can stand for it, so that places stay what they are. `None` if nothing can be read.
fn mended(value: Value, reads: &dyn Fn(&Value) -> bool, n_left_out: &mut usize) -> Option<Value> {
    if reads(&value) {
        return Some(value);
    }
    let n_before = *n_left_out;
    let rest = match value {
        Value::Object(fields) => {
            let mut rest = Map::new();
            for (name, field) in fields {
                let alone = |field: &Value| reads(&Value::Object(Map::from_iter([(name.clone(), field.clone())])));
                if let Some(field) = mended(field, &alone, n_left_out) {
                    rest.insert(name, field);
                }
            }
            Value::Object(rest)
        }
        Value::Array(elements) => {
            let alone = |element: &Value| reads(&Value::Array(vec![element.clone()]));
            let or_null =
                |element| mended(element, &alone, n_left_out).or_else(|| alone(&Value::Null).then_some(Value::Null));
            Value::Array(elements.into_iter().filter_map(or_null).collect())
        }
        _ => Value::Null,
    };
    if !rest.is_null() && reads(&rest) {
        return Some(rest);
    }
    *n_left_out = n_before + 1;
    None
}

/// Whether everything in it can be painted.
fn is_sound(answer: &Answer) -> bool {
    let can_be_painted = |Caption { text, phrases }: &Caption| {
        let spans_fit = phrases.iter().all(|phrase| text.get(phrase.span.clone()).is_some());
        spans_fit && phrases.iter().flat_map(|phrase| &phrase.regions).all(|region| is_near(&region.norm))
    };
    can_be_painted(&answer.caption) && answer.said.as_ref().is_none_or(can_be_painted)
}

fn is_near(place: &NormBox) -> bool {
    let near = -MOST_OUTSIDE..=1.0 + MOST_OUTSIDE;
    [place.x_min, place.y_min, place.x_max, place.y_max].iter().all(|edge| near.contains(edge))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::{
        text::TaskKind,
        ui::{session::content::SavedSource, state::ThemeChoice},
    };

    const ANSWER: &str = r#"{"task": {"Brief": {"grounded": true}}, "prompt": "", "raw": "", "caption": {"text": "a dög",
        "phrases": [{"span": {"start": 0, "end": END}, "regions": [{"norm": {"x_min": 0.0, "y_min": 0.0, "x_max": 1.0,
        "y_max": EDGE}, "patches": [0, 1023], "raw_span": {"start": 0, "end": 0}, "score": null}]}]}, "warnings": [],
        "doubt": null, "ending": "Complete", "timings": {"vision_secs": 0.0, "prefill_secs": 0.0, "decode_secs": 0.0,
        "n_new_tokens": 1}, "asked": {"width": 1, "height": 1, "notes": []}, "made_by": {"checkpoint": "", "fingerprint": "",
        "precision": "f32", "options": {"max_new_tokens": 1, "no_repeat_ngram_size": 0, "sampling": "Greedy"},
        "version": ""}}"#;

    fn answer(end: &str, edge: &str) -> String {
        ANSWER.replace("END", end).replace("EDGE", edge)
    }

    #[test]
    fn one_bad_entry_answer_or_field_costs_no_other() {
        let good = answer("6", "1.0");
        let content = format!(
            r#"{{"pictures": [
                {{"source": {{"File": "/a.png"}}, "results": [{{"task": "Dance"}}, {good}], "shown": 1, "region": 7}},
                {{"source": {{"Cloud": "b"}}, "results": [], "shown": null, "region": null}},
                {{"source": {{"File": [47, 255]}}, "results": [], "shown": null, "region": null}}],
             "current": 2, "theme": "plaid", "form": {{"kind": "Dance", "phrase": "a dog", "writing": {{"seed": -1,
             "temperature": 0.5}}}}, "recent": [{{}}, "/c.png"], "scale": 1.25, "of_a_later_version": {{}}}}"#
        );
        let (session, n_left_out) = read(content.as_bytes()).expect("a session");
        let sources: Vec<Option<PathBuf>> = session
            .pictures
            .iter()
            .map(|picture| match picture.as_ref()?.source.clone()? {
                SavedSource::File(path) => Some(path.into()),
                SavedSource::Within { .. } | SavedSource::Kept { .. } => None,
            })
            .collect();
        assert_eq!(sources[0], Some("/a.png".into()));
        assert!(sources[1].is_none() && sources[2].is_some() && sources.len() == 3);
        let first = session.pictures[0].as_ref().expect("there");
        assert!(first.results[0].is_none() && first.results[1].is_some(), "places stay");
        assert_eq!((first.shown, first.region, session.current), (Some(1), None, Some(2)));
        assert_eq!((session.theme, session.form.kind), (ThemeChoice::System, TaskKind::Brief));
        assert_eq!(session.form.words[TaskKind::Find], "a dog");
        assert_eq!((session.form.decoding.seed, session.form.decoding.temperature), (0, 0.5));
        assert_eq!((session.recent.len(), session.scale), (1, 1.25));
        assert_eq!(n_left_out, 7, "the answer, its picture's region, a source, theme, kind, seed, a recent file");
    }

    #[test]
    fn an_answer_that_could_not_be_painted_is_left_out() {
        for (end, edge, n) in [("6", "1.0", 0), ("7", "1.0", 1), ("4", "1.0", 1), ("6", "1e30", 1), ("6", "1e300", 1)] {
            let picture = format!(r#"{{"source": {{"File": "/a"}}, "results": [{}]}}"#, answer(end, edge));
            let (session, n_left_out) = read(format!(r#"{{"pictures": [{picture}]}}"#).as_bytes()).expect("a session");
            let results = &session.pictures[0].as_ref().expect("there").results;
            assert_eq!((results.iter().flatten().count(), n_left_out), (1 - n, n), "{end} {edge}");
        }
    }

    #[test]
    fn what_is_no_session_is_none() {
        for content in ["", "[]x", "null", "3", "\"a\"", "{\"pictures\": [", "\u{0}\u{0}\u{0}"] {
            assert!(read(content.as_bytes()).is_err(), "{content}");
        }
        assert!(
            read(b"{\"pictures\": 3}")
                .is_ok_and(|(session, n_left_out)| session.pictures.is_empty() && n_left_out == 1)
        );
    }
}
