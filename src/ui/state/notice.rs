//! What a person should be told, a sentence each: what was done, and what went wrong.

/// Tells notices apart for as long as the program runs, so that none is taken away in another's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeId(u64);

/// One sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Something was done.
    Done(String),
    /// Something to know before going on: nothing failed.
    Warning(String),
    /// Something went wrong.
    Problem(String),
}

/// What a notice is about, where a new attempt at the same makes an old notice meaningless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Topic {
    /// Nothing that is tried again in one place.
    Other,
    /// Bringing pictures in.
    Pictures,
    /// Saving and copying.
    Export,
}

/// The notices there are, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    notices: Vec<(NoticeId, Topic, Notice)>,
    n_made: u64,
}

/// More would cover the picture; the oldest gives way.
const MOST_STANDING: usize = 3;

impl Notice {
    /// Whether it stands until it is taken away.
    fn stands(&self) -> bool {
        !matches!(self, Self::Done(_))
    }

    /// The sentence.
    #[must_use]
    pub fn text(&self) -> &str {
        let (Self::Done(text) | Self::Warning(text) | Self::Problem(text)) = self;
        text
    }
}

impl Notices {
    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (NoticeId, &Notice)> {
        self.notices.iter().map(|(id, _, notice)| (*id, notice))
    }

    /// What went wrong and what to know, oldest first.
    pub fn standing(&self) -> impl Iterator<Item = (NoticeId, &Notice)> {
        self.iter().filter(|(_, notice)| notice.stands())
    }

    /// What was done last.
    #[must_use]
    pub fn deed(&self) -> Option<(NoticeId, &str)> {
        self.iter().find(|(_, notice)| !notice.stands()).map(|(id, notice)| (id, notice.text()))
    }

    /// Adds a notice about nothing in particular; see [`Notices::tell_of`].
    pub(in crate::ui) fn tell(&mut self, notice: Notice) {
        self.tell_of(Topic::Other, notice);
    }

    /// Adds a notice. A newer deed takes the place of an older one; others stay until they are taken away.
    pub(in crate::ui) fn tell_of(&mut self, topic: Topic, notice: Notice) {
        self.notices.retain(|(_, _, old)| *old != notice && old.stands());
        self.n_made += 1;
        self.notices.push((NoticeId(self.n_made), topic, notice));
        // A deed covers nothing for long, and pushes nothing away.
        let mut n_left_out = self.standing().count().saturating_sub(MOST_STANDING);
        self.notices.retain(|(_, _, notice)| {
            let is_left_out = n_left_out > 0 && notice.stands();
            n_left_out -= usize::from(is_left_out);
            !is_left_out
        });
    }

    /// A new attempt begins: what was said of the last one is gone.
    pub(in crate::ui) fn begin(&mut self, topic: Topic) {
        self.notices.retain(|(_, old, _)| *old != topic);
    }

    /// Takes this one away, if it is still there.
    pub(in crate::ui) fn dismiss(&mut self, id: NoticeId) {
        self.notices.retain(|(other, ..)| *other != id);
    }

    /// Takes away a problem that is one no more.
    pub(in crate::ui) fn take_back(&mut self, mended: &str) {
        self.notices.retain(|(_, _, notice)| !notice.stands() || notice.text() != mended);
    }

    /// Takes away what was told of a deed, as when another picture is shown.
    pub(in crate::ui) fn forget_deeds(&mut self) {
        self.notices.retain(|(_, _, notice)| notice.stands());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_taken_away_in_one_frame_are_the_two_that_were_meant() {
        let mut notices = Notices::default();
        for problem in ["first", "second"] {
            notices.tell(Notice::Problem(problem.to_owned()));
        }
        notices.tell(Notice::Done("saved".to_owned()));
        let (first, deed) = (notices.standing().next().expect("a problem").0, notices.deed().expect("a deed").0);
        notices.dismiss(first);
        notices.dismiss(deed);
        assert_eq!(
            notices.iter().map(|(_, notice)| notice.clone()).collect::<Vec<_>>(),
            [Notice::Problem("second".to_owned())]
        );
    }

    #[test]
    fn only_a_problem_pushes_a_problem_away() {
        let mut notices = Notices::default();
        for problem in ["1", "2", "3"] {
            notices.tell(Notice::Problem(problem.to_owned()));
        }
        notices.tell(Notice::Done("saved".to_owned()));
        assert_eq!(notices.standing().map(|(_, notice)| notice.text()).collect::<Vec<_>>(), ["1", "2", "3"]);
        notices.tell(Notice::Problem("4".to_owned()));
        assert_eq!(notices.standing().map(|(_, notice)| notice.text()).collect::<Vec<_>>(), ["2", "3", "4"]);
    }

    #[test]
    fn a_newer_deed_takes_the_place_of_an_older_one_and_problems_stay() {
        let mut notices = Notices::default();
        notices.tell(Notice::Done("one".to_owned()));
        notices.tell(Notice::Problem("bad".to_owned()));
        notices.tell(Notice::Done("two".to_owned()));
        assert_eq!(notices.deed().expect("a deed").1, "two");
        assert_eq!(notices.standing().map(|(_, notice)| notice.text()).collect::<Vec<_>>(), ["bad"]);
    }

    #[test]
    fn a_new_attempt_takes_away_what_the_last_one_said() {
        let mut notices = Notices::default();
        notices.tell_of(Topic::Export, Notice::Problem("not saved".to_owned()));
        notices.tell_of(Topic::Pictures, Notice::Warning("left out".to_owned()));
        notices.begin(Topic::Export);
        assert_eq!(notices.standing().map(|(_, notice)| notice.text()).collect::<Vec<_>>(), ["left out"]);
    }
}
