//! Which checkpoint answers, and which there are.

use std::path::PathBuf;

use crate::{
    checkpoint::Source,
    engine::{LittleMemory, LoadOptions, ModelInfo},
    ui::state::{AppState, CheckpointAction, Effect, Fallback, Model, Notice},
};

impl AppState {
    pub(super) fn perform_checkpoint(&mut self, action: CheckpointAction) {
        match action {
            CheckpointAction::Use(path) => self.use_checkpoint(path),
            CheckpointAction::SetLoading(options) => self.set_loading(options),
            CheckpointAction::DeclineOffer => self.is_offer_declined = true,
            CheckpointAction::LookAhead(looks_ahead) => self.looks_ahead = looks_ahead,
            CheckpointAction::OfferConversion(checkpoint) => self.offer_conversion(checkpoint),
            CheckpointAction::ConvertTo(format) => self.convert_to(format),
        }
    }

    /// Loads another checkpoint. What is asked meanwhile waits for it.
    pub(super) fn use_checkpoint(&mut self, path: Option<PathBuf>) {
        let source = path.clone().map_or(Source::Embedded, Source::Path);
        // Answers of one checkpoint are not reckoned among those of another.
        self.stop_evaluation();
        self.effects.push(Effect::Load(source, self.loading));
        if path != self.checkpoint {
            self.effects.push(Effect::ListCheckpoints);
        }
        (self.checkpoint, self.model) = (path, Model::Loading(None));
        self.must_have_fallback();
        self.ask_again();
    }

    /// A checkpoint of a person's own may fail; the built-in one does not.
    pub(super) fn must_have_fallback(&mut self) {
        if self.checkpoint.is_some() {
            let built_in = || Fallback { checkpoint: None, loading: LoadOptions::default(), info: None };
            self.fallback.get_or_insert_with(built_in);
        }
    }

    /// The checkpoint is loaded; the next that can't be loaded leads back to it, and it is the one to remember.
    pub(super) fn loaded(&mut self, info: ModelInfo) {
        self.n_changes += 1;
        let (checkpoint, loading) = (self.checkpoint.clone(), self.loading);
        let before = self.fallback.replace(Fallback { checkpoint, loading, info: Some(info.clone()) });
        if let Some(little_memory) = before.and_then(|before| before.info?.little_memory) {
            self.notices.take_back(&kept_in_4_bits(little_memory));
        }
        if let Some(little_memory) = info.little_memory {
            self.notices.tell(Notice::Warning(kept_in_4_bits(little_memory)));
        }
        self.model = Model::Ready(info);
    }

    /// The checkpoint that was asked for can't be used, and the one before was not let go.
    pub(super) fn load_refused(&mut self, error: &str) {
        let Some(Fallback { checkpoint, loading, info: Some(info) }) = self.fallback.clone() else {
            return self.load_failed(error.to_owned());
        };
        self.notices.tell(Notice::Problem(format!("{} stays in use. {error}", info.checkpoint.name)));
        self.effects.push(Effect::ListCheckpoints);
        (self.checkpoint, self.loading, self.model) = (checkpoint, loading, Model::Ready(info));
        self.advance();
    }

    /// The checkpoint could not be loaded: the one before is loaded again, or else the built-in one.
    pub(super) fn load_failed(&mut self, error: String) {
        let is_another = |one: &Fallback| one.checkpoint != self.checkpoint || one.loading != self.loading;
        let Some(Fallback { checkpoint, loading, info }) = self.fallback.take().filter(is_another) else {
            self.model = Model::Failed(error);
            return self.pause_without_model();
        };
        let name = info.map_or_else(|| "The built-in checkpoint".to_owned(), |info| info.checkpoint.name);
        self.notices.tell(Notice::Problem(format!("{name} is used instead. {error}")));
        self.loading = loading;
        self.use_checkpoint(checkpoint);
    }

    /// Loads the checkpoint in use in another way, and later ones too.
    fn set_loading(&mut self, options: LoadOptions) {
        self.loading = options;
        self.use_checkpoint(self.checkpoint.clone());
    }
}

/// What that costs, and what else there is to choose.
fn kept_in_4_bits(little_memory: LittleMemory) -> String {
    format!(
        "{little_memory}; “Weights kept in” in the menu of the model has 8, and “Make a smaller copy” in q4 has 4 that cost less (0.8 in 100)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ui::state::Event, worker};

    #[test]
    fn checkpoints_are_looked_for_again_only_when_another_one_is_used() {
        let mut state = AppState::default();
        let again = state.perform(CheckpointAction::SetLoading(LoadOptions::default()));
        assert!(matches!(again[..], [Effect::Load(..)]), "{again:?}");
        let another = state.perform(CheckpointAction::Use(Some("/nowhere/kosmos".into())));
        assert!(matches!(another[..], [Effect::Load(..), Effect::ListCheckpoints]), "{another:?}");
    }

    #[test]
    fn what_can_t_be_loaded_leads_back_to_what_was_loaded_and_then_to_the_built_in_one() {
        let [good, bad] = ["/good", "/bad"].map(|path| Some(PathBuf::from(path)));
        let mut state = AppState::default();
        let _ = state.perform(CheckpointAction::Use(good.clone()));
        state.fallback = Some(Fallback { checkpoint: good.clone(), loading: LoadOptions::default(), info: None });
        let _ = state.perform(CheckpointAction::Use(bad));
        for (fails, then) in [("the weights are cut off", good), ("the disk is gone", None)] {
            let effects = state.apply(Event::Worker(worker::Event::LoadFailed(fails.to_owned())));
            assert!(matches!(effects[..], [Effect::Load(..), Effect::ListCheckpoints]), "{effects:?}");
            assert_eq!(state.checkpoint, then);
            assert!(state.notices().standing().any(|(_, notice)| notice.text().ends_with(fails)), "{fails}");
        }
        let _ = state.apply(Event::Worker(worker::Event::LoadFailed("no threads".to_owned())));
        assert_eq!(state.model, Model::Failed("no threads".to_owned()), "there is nothing left");
    }
}
