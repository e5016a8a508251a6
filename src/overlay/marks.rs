//! From a caption to marks: one for each box, numbered and coloured by its phrase.
//!
//! The window paints these over the picture on screen and [`super::annotate()`] into the picture, so a saved picture looks
//! as what was seen.

use super::{
    mark::{Emphasis, Look, Mark},
    palette,
};
use crate::caption::{Caption, Choice, Phrase, Region, score_in_words};

/// One mark for each box of each phrase that is sure enough. If a phrase or a box is highlighted, the others step back.
#[must_use]
pub fn marks(caption: &Caption, highlight: Option<Choice>, look: Look) -> Vec<Mark> {
    let of_phrase = |(index, phrase): (usize, &Phrase)| {
        let emphasis = |region| match highlight {
            None => Emphasis::Normal,
            Some(highlighted) if highlighted.is_of(index, region) => Emphasis::Strong,
            Some(_) => Emphasis::Dim,
        };
        let mark = |(at, region): (usize, &Region)| Mark {
            place: region.norm,
            number: index + 1,
            label: label(caption, phrase, at, region.score.filter(|_| look.scores)),
            colour: palette::phrase_colour(index),
            dashed: palette::is_repeated(index),
            emphasis: emphasis(at),
        };
        let regions = phrase.regions.iter().enumerate().filter(|(_, region)| look.shows(region.score));
        regions.map(mark).collect::<Vec<_>>()
    };
    caption.phrases.iter().enumerate().flat_map(of_phrase).collect()
}

/// The words, which of its phrase's boxes this is if there are several, and the score if it is wanted.
fn label(caption: &Caption, phrase: &Phrase, region: usize, score: Option<f32>) -> String {
    let words = if phrase.is_unnamed(caption) { "".into() } else { phrase.label(caption) };
    let nth = match phrase.regions.len() {
        0 | 1 => String::new(),
        n_regions => format!("{}/{n_regions}", region + 1),
    };
    let score = score.map(score_in_words).unwrap_or_default();
    [words.as_ref(), &nth, &score].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caption() -> Caption {
        let phrases = vec![
            Phrase { span: 0..8, regions: vec![Region::sample(), Region::sample()], lost: None },
            Phrase { span: 13..19, regions: vec![Region::sample()], lost: None },
            Phrase { span: 19..19, regions: vec![Region::sample()], lost: None },
        ];
        Caption { text: "two dogs and a tree".to_owned(), phrases }
    }

    #[test]
    fn labels_number_phrases_and_their_boxes() {
        let marks = marks(&caption(), None, Look::default());
        let labels: Vec<_> = marks.iter().map(|mark| (mark.number, mark.label.as_str())).collect();
        assert_eq!(labels, [(1, "two dogs 1/2"), (1, "two dogs 2/2"), (2, "a tree"), (3, "")]);
    }

    #[test]
    fn boxes_of_one_phrase_share_its_colour() {
        let marks = marks(&caption(), None, Look::default());
        assert_eq!(marks[0].colour, marks[1].colour);
        assert_ne!(marks[0].colour, marks[2].colour);
    }

    #[test]
    fn a_bar_for_the_scores_of_an_older_session_is_no_bar_now() {
        let older: Look = serde_json::from_str(r#"{"scores": true, "least_score": 0.08}"#).unwrap();
        assert_eq!(older, Look { scores: true, ..Look::default() });
        let now = Look { least_score: 0.5, ..older };
        assert_eq!(serde_json::from_str::<Look>(&serde_json::to_string(&now).unwrap()).unwrap(), now);
    }

    #[test]
    fn unsure_boxes_are_left_out_and_scores_are_shown_on_demand() {
        let mut caption = caption();
        caption.phrases[0].regions[0].score = Some(0.8);
        caption.phrases[0].regions[1].score = Some(0.1);
        let look = Look { least_score: 0.5, scores: true, ..Look::default() };
        let labels: Vec<_> = marks(&caption, None, look).into_iter().map(|mark| mark.label).collect();
        assert_eq!(labels, ["two dogs 1/2 80 %", "a tree", ""]);
    }

    #[test]
    fn a_highlight_sends_the_others_back() {
        let emphasis = |choice| -> Vec<_> {
            marks(&caption(), Some(choice), Look::default()).into_iter().map(|mark| mark.emphasis).collect()
        };
        let (dim, strong) = (Emphasis::Dim, Emphasis::Strong);
        assert_eq!(emphasis(Choice::phrase(1)), [dim, dim, strong, dim]);
        assert_eq!(emphasis(Choice { phrase: 0, region: Some(1) }), [dim, strong, dim, dim]);
    }
}
