//! Two results of a picture beside each other, and clicks through boxes that lie over each other.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kosmoscope::{
    engine::Answer,
    ui::{Command, ResultAction},
    worker::Event,
};

use crate::support::window::{Window, answer, window_with_picture};

/// A window with two results, of which the second has no tree and the second dog elsewhere.
fn with_two_results() -> Window {
    let mut window = window_with_picture();
    let mut other: Answer = *answer();
    other.caption.phrases.remove(1);
    for result in [answer(), Box::new(other)] {
        let id = window.run_task();
        window.apply(Event::Finished { id, answer: result });
    }
    window
}

#[test]
fn what_only_one_of_two_results_has_is_marked() {
    let mut window = with_two_results();
    window.perform(ResultAction::Show(0));
    window.run();
    window.get_by_label("Compare result 2").scroll_to_me();
    window.run();
    window.get_by_label("Compare result 2").click();
    window.run();
    window.get_by_label("Compared with");
    window.get_by_label("a tree, differs");
    assert_eq!(window.query_all_by_label("two dogs").count(), 2, "once in each caption");
    assert_eq!(window.query_all_by_label("box 1 of 2, two dogs, left").count(), 2, "once in each picture");
    assert_eq!(window.query_all_by_label("box 1 of 1, a tree, right").count(), 1);
    let halves: Vec<_> = window.query_all_by_label_contains("Picture meadow.png").map(|half| half.rect()).collect();
    assert_eq!(halves.len(), 2);
    assert!((halves[0].width() - halves[1].width()).abs() < 1.0 && halves[0].right() < halves[1].left());

    window.get_by_label("End comparison").click();
    window.run();
    assert!(window.query_by_label("Compared with").is_none());
    window.get_by_label("a tree");
}

#[test]
fn a_comparison_ends_when_one_of_its_results_is_deleted() {
    let mut window = with_two_results();
    window.get_by_label("Compare result 1").scroll_to_me();
    window.run();
    window.get_by_label("Compare result 1").click();
    window.run();
    window.get_by_label("Compared with");
    window.get_by_label("Delete result 1").scroll_to_me();
    window.run();
    window.get_by_label("Delete result 1").click();
    window.run();
    assert!(window.query_by_label("Compared with").is_none());
    window.perform(Command::Undo);
    window.run();
    assert_eq!(window.state().state().pictures().current().unwrap().results.len(), 2);
}

#[test]
fn clicks_go_through_the_boxes_under_the_pointer() {
    let mut window = window_with_picture();
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: answer() });
    // The second dog stands on the grass: two boxes lie under its middle.
    let name = "box 2 of 2, two dogs, bottom";
    for wanted in [Some(0), Some(2), None, Some(0)] {
        window.get_by_label(name).click();
        window.run();
        assert_eq!(window.state().state().chosen(), wanted);
        let is_lit = window.get_by_label(name).accesskit_node().toggled() == Some(egui::accesskit::Toggled::True);
        assert_eq!(is_lit, wanted != Some(2), "the pointer still rests on it");
    }
}
