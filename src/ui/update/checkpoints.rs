//! Which checkpoint answers, and which there are.

use std::path::PathBuf;

use crate::{
    checkpoint::Source,
    engine::LoadOptions,
    ui::state::{AppState, CheckpointAction, Effect, Model},
};

impl AppState {
    pub(super) fn perform_checkpoint(&mut self, action: CheckpointAction) {
        match action {
            CheckpointAction::Use(path) => self.use_checkpoint(path),
            CheckpointAction::SetLoading(options) => self.set_loading(options),
            CheckpointAction::OfferConversion(checkpoint) => self.offer_conversion(checkpoint),
            CheckpointAction::ConvertTo(format) => self.convert_to(format),
        }
    }

    /// Loads another checkpoint. What is asked meanwhile waits for it.
    pub(super) fn use_checkpoint(&mut self, path: Option<PathBuf>) {
        let source = path.clone().map_or(Source::Embedded, Source::Path);
        self.effects.push(Effect::Load(source, self.loading));
        if path != self.checkpoint {
            self.effects.push(Effect::ListCheckpoints);
        }
        (self.checkpoint, self.model) = (path, Model::Loading(None));
        self.ask_again();
    }

    /// Loads the checkpoint in use in another way, and later ones too.
    fn set_loading(&mut self, options: LoadOptions) {
        self.loading = options;
        self.use_checkpoint(self.checkpoint.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_are_looked_for_again_only_when_another_one_is_used() {
        let mut state = AppState::default();
        let again = state.perform(CheckpointAction::SetLoading(LoadOptions::default()));
        assert!(matches!(again[..], [Effect::Load(..)]), "{again:?}");
        let another = state.perform(CheckpointAction::Use(Some("/nowhere/kosmos".into())));
        assert!(matches!(another[..], [Effect::Load(..), Effect::ListCheckpoints]), "{another:?}");
    }
}
