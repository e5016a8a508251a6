//! What a person should be told, a sentence each: what was done, and what went wrong.

/// Tells notices apart for as long as the program runs, so that none is taken away in another's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeId(u64);

/// One sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Something was done.
    Done(String),
    /// Something went wrong.
    Problem(String),
}

/// The notices there are, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    notices: Vec<(NoticeId, Notice)>,
    n_made: u64,
}

/// More would cover the picture; the oldest gives way.
const MAX_PROBLEMS: usize = 3;

impl Notices {
    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (NoticeId, &Notice)> {
        self.notices.iter().map(|(id, notice)| (*id, notice))
    }

    /// What went wrong, oldest first.
    pub fn problems(&self) -> impl Iterator<Item = (NoticeId, &str)> {
        self.iter().filter_map(|(id, notice)| match notice {
            Notice::Problem(problem) => Some((id, problem.as_str())),
            Notice::Done(_) => None,
        })
    }

    /// What was done last.
    #[must_use]
    pub fn deed(&self) -> Option<(NoticeId, &str)> {
        self.iter().find_map(|(id, notice)| match notice {
            Notice::Done(deed) => Some((id, deed.as_str())),
            Notice::Problem(_) => None,
        })
    }

    /// Adds a notice; a newer deed takes the place of an older one, a problem stays until it is taken away.
    pub(in crate::ui) fn tell(&mut self, notice: Notice) {
        self.notices.retain(|(_, old)| *old != notice && matches!(old, Notice::Problem(_)));
        self.n_made += 1;
        self.notices.push((NoticeId(self.n_made), notice));
        // A deed covers nothing for long, and pushes no problem away.
        let n_problems = self.problems().count();
        let mut n_left_out = n_problems.saturating_sub(MAX_PROBLEMS);
        self.notices.retain(|(_, notice)| {
            let is_left_out = n_left_out > 0 && matches!(notice, Notice::Problem(_));
            n_left_out -= usize::from(is_left_out);
            !is_left_out
        });
    }

    /// Takes this one away, if it is still there.
    pub(in crate::ui) fn dismiss(&mut self, id: NoticeId) {
        self.notices.retain(|(other, _)| *other != id);
    }

    /// Takes away a problem that is one no more.
    pub(in crate::ui) fn take_back(&mut self, mended: &str) {
        self.notices.retain(|(_, notice)| !matches!(notice, Notice::Problem(problem) if problem == mended));
    }

    /// Takes away what was told of a deed, as when another picture is shown.
    pub(in crate::ui) fn forget_deeds(&mut self) {
        self.notices.retain(|(_, notice)| matches!(notice, Notice::Problem(_)));
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
        let (first, deed) = (notices.problems().next().expect("a problem").0, notices.deed().expect("a deed").0);
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
        assert_eq!(notices.problems().map(|(_, problem)| problem).collect::<Vec<_>>(), ["1", "2", "3"]);
        notices.tell(Notice::Problem("4".to_owned()));
        assert_eq!(notices.problems().map(|(_, problem)| problem).collect::<Vec<_>>(), ["2", "3", "4"]);
    }

    #[test]
    fn a_newer_deed_takes_the_place_of_an_older_one_and_problems_stay() {
        let mut notices = Notices::default();
        notices.tell(Notice::Done("one".to_owned()));
        notices.tell(Notice::Problem("bad".to_owned()));
        notices.tell(Notice::Done("two".to_owned()));
        assert_eq!(notices.deed().expect("a deed").1, "two");
        assert_eq!(notices.problems().map(|(_, problem)| problem).collect::<Vec<_>>(), ["bad"]);
    }
}
