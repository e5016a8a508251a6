//! The boxes of a caption over the picture, as widgets of their own: for the pointer, the keyboard and a screen reader.
//!
//! Where boxes overlap, the smallest is meant; a second click takes the next larger one, and after the last all are shown.

use egui::{PointerButton, Pos2, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo};

use crate::{
    caption::{Caption, Choice},
    overlay::{self, Look, Mark, Target},
    ui::{
        state::BoxUse,
        widgets::{DIFFERS, Gesture},
    },
};

/// A caption's boxes and how they are shown.
pub(crate) struct Boxes<'a> {
    /// Whose they are.
    pub(crate) caption: &'a Caption,
    /// What to show above the others.
    pub(crate) highlight: Option<Choice>,
    /// What was chosen.
    pub(crate) chosen: Option<Choice>,
    /// For each phrase, whether the result it is compared with has it too; empty where nothing is compared.
    pub(crate) shared: Vec<bool>,
    /// Which parts of them are painted.
    pub(crate) look: Look,
    /// Whether boxes can be taken away.
    pub(crate) can_remove: bool,
    /// Whether there is a reason not to believe them.
    pub(crate) is_doubtful: bool,
}

/// Small boxes can be hit this far around them.
const MIN_HIT_SIDE: f32 = 12.0;

/// One box on the screen.
struct Hit {
    phrase: usize,
    region: usize,
    /// Where it can be hit.
    rect: Rect,
    area: f32,
}

impl Hit {
    fn choice(&self) -> Choice {
        Choice { phrase: self.phrase, region: Some(self.region) }
    }
}

impl Boxes<'_> {
    /// What is to be painted. Of two compared results, what they share steps back, and so does what is doubtful, dashed.
    #[must_use]
    pub(crate) fn marks(&self) -> Vec<Mark> {
        let mut marks = overlay::marks(self.caption, self.highlight, self.look);
        for mark in &mut marks {
            if self.is_doubtful {
                mark.dashed = true;
                mark.emphasis = mark.emphasis.stepped_back();
            }
            match self.shared.get(mark.number - 1) {
                Some(true) => mark.emphasis = mark.emphasis.stepped_back(),
                Some(false) => mark.label = format!("{DIFFERS} {}", mark.label),
                None => {}
            }
        }
        marks
    }

    /// All boxes shown, the largest first.
    fn hits(&self, target: &Target) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (phrase, of) in self.caption.phrases.iter().enumerate() {
            for (at, region) in of.regions.iter().enumerate().filter(|(_, region)| self.look.shows(region.score)) {
                let rect = target.from_norm(region.norm);
                let grow = (Vec2::splat(MIN_HIT_SIDE) - rect.size()).max(Vec2::ZERO) / 2.0;
                hits.push(Hit { phrase, region: at, rect: rect.expand2(grow), area: rect.area() });
            }
        }
        hits.sort_by(|a, b| b.area.total_cmp(&a.area));
        hits
    }

    /// What a box is called for a screen reader: "box 2 of 3, two dogs, left".
    fn name(&self, phrase: usize, region: usize) -> String {
        let Some(of) = self.caption.phrases.get(phrase) else { return String::new() };
        let place = of.regions.get(region).map_or("", |region| region.norm.place_in_words());
        format!("box {} of {}, {}, {place}", region + 1, of.regions.len(), of.label(self.caption))
    }
}

/// Puts a widget over each box, the largest first so that small ones lie above. Returns the box pointed at.
pub(crate) fn boxes_ui(
    ui: &Ui,
    canvas: &Response,
    boxes: &Boxes<'_>,
    target: &Target,
    gestures: &mut Vec<Gesture>,
) -> Option<Choice> {
    let hits = boxes.hits(target);
    let mut pointed_at = None;
    for hit in &hits {
        let id = canvas.id.with(("box", hit.phrase, hit.region));
        let response = ui.interact(hit.rect.intersect(canvas.rect), id, Sense::click());
        let name = boxes.name(hit.phrase, hit.region);
        let is_lit = boxes.highlight.is_some_and(|choice| choice.is_of(hit.phrase, hit.region));
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_lit, &name));
        if response.has_focus() {
            pointed_at = Some(hit.choice());
        } else if response.hovered() {
            let pointer = response.hover_pos();
            // What was chosen stays lit while the pointer is over it, also where a smaller box lies on top.
            let is_under = |choice: Choice| pointer.is_some_and(|at| at_pointer(&hits, at, choice).is_some());
            pointed_at = boxes.chosen.filter(|chosen| is_under(*chosen)).or(Some(hit.choice()));
        }
        if response.clicked() {
            let pointer = response.interact_pointer_pos().filter(|_| response.clicked_by(PointerButton::Primary));
            let wanted = pointer.and_then(|at| next(&under(&hits, at), boxes.chosen)).unwrap_or(hit.choice());
            gestures.push(Gesture::Choose(wanted));
        }
        menu_ui(&response, boxes, hit, gestures);
    }
    pointed_at
}

/// The boxes under the pointer, the smallest first.
fn under(hits: &[Hit], pointer: Pos2) -> Vec<Choice> {
    hits.iter().rev().filter(|hit| hit.rect.contains(pointer)).map(Hit::choice).collect()
}

/// A box under the pointer that is chosen, by itself or with its phrase.
fn at_pointer(hits: &[Hit], pointer: Pos2, chosen: Choice) -> Option<Choice> {
    under(hits, pointer)
        .into_iter()
        .find(|choice| choice.region.is_some_and(|region| chosen.is_of(choice.phrase, region)))
}

/// The box that a click means: the first, or the one after the chosen one; the last again once it is chosen, which shows
/// all.
fn next(boxes: &[Choice], chosen: Option<Choice>) -> Option<Choice> {
    let at = chosen.and_then(|chosen| boxes.iter().position(|choice| *choice == chosen));
    at.map_or(boxes.first(), |at| boxes.get(at + 1).or(boxes.last())).copied()
}

/// What can be done with a box, on a click with the other button.
fn menu_ui(response: &Response, boxes: &Boxes<'_>, hit: &Hit, gestures: &mut Vec<Gesture>) {
    response.context_menu(|ui| {
        let region = boxes.caption.phrases.get(hit.phrase).and_then(|phrase| phrase.regions.get(hit.region));
        let Some(region) = region else { return };
        if ui.button("Describe this place").clicked() {
            gestures.push(Gesture::UseBox(region.norm, BoxUse::Describe));
        }
        if ui.button("Ask about this place…").clicked() {
            gestures.push(Gesture::UseBox(region.norm, BoxUse::Ask));
        }
        if boxes.can_remove && ui.button("Remove this box").clicked() {
            gestures.push(Gesture::RemoveBox { phrase: hit.phrase, region: hit.region });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clicks_go_from_the_smallest_box_to_the_largest_and_then_to_all() {
        let of = |phrase| Choice { phrase, region: Some(0) };
        let boxes = [2, 0, 1].map(of);
        for (chosen, then) in [(None, 2), (Some(2), 0), (Some(0), 1), (Some(7), 2)] {
            assert_eq!(next(&boxes, chosen.map(of)), Some(of(then)));
        }
        assert_eq!(next(&boxes, Some(of(1))), Some(of(1)), "chosen again, which shows all");
        assert_eq!(next(&[], Some(of(1))), None);
    }
}
