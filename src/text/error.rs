//! Why a tokenizer file or a prompt was refused, in sentences for a person.

use crate::words::brief;

/// Why text can't become tokens. Nothing was changed in any of these cases; whoever read the tokenizer's file adds its path.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// The file is larger than any tokenizer of this model.
    #[error("The tokenizer file has {n_bytes} bytes and at most {limit} are read; get it again from the model's page")]
    TooLarge {
        /// Size of the file.
        n_bytes: usize,
        /// The largest size that is read.
        limit: usize,
    },
    /// Not JSON, or not with the fields of a tokenizer.
    #[error(
        "The tokenizer file is damaged or not a tokenizer.json ({}); get it again from the model's page",
        brief(cause)
    )]
    Unreadable {
        /// What the parser says.
        cause: String,
    },
    /// A readable tokenizer, but of another kind.
    #[error(
        "The tokenizer file does not fit Kosmos-2: {}; use the tokenizer.json that came with the model",
        brief(what)
    )]
    Unsuitable {
        /// What does not fit.
        what: String,
    },
    /// A tag of the model is not among the tokens.
    #[error("The tokenizer file has no token {token}; use the tokenizer.json that came with the model")]
    MissingToken {
        /// The token, for example `<grounding>`.
        token: String,
    },
    /// The tokenizer library failed on this text.
    #[error("The text could not be turned into tokens ({}); try other words", brief(cause))]
    Encode {
        /// What the library says.
        cause: String,
    },
    /// A raw prompt with a token that only the program sets.
    #[error("The prompt contains {token}, which only the program itself may set; take it out and run again")]
    ReservedToken {
        /// The token, for example `</image>`.
        token: String,
    },
    /// What was typed has characters that the vocabulary lacks, and can't do without them.
    #[error("The model can't read “{characters}”; write it in plain English words and run again")]
    UnknownCharacters {
        /// The characters, for example `狗`.
        characters: String,
    },
    /// A caption with nothing to link.
    #[error("The caption names nothing to look for; write what is in the picture, such as \"a dog under a tree\"")]
    NoPhrase,
    /// Nothing was typed.
    #[error("The {what} is empty; type some words and run again")]
    Empty {
        /// The phrase, the question, the prompt.
        what: &'static str,
    },
}
