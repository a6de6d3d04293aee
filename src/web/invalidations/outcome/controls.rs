//! Which of *Pause*, *Resume* and *Cancel* the outcome offers, and what they do about a request that is on its way.

use crate::{
    domain::{BatchChange, BatchState},
    store::Batch,
};

/// What can be done with what is not at its end.
pub struct Controls {
    pub pause: bool,
    pub resume: bool,
    pub cancel: bool,
    /// What becomes of the request that is on its way.
    pub note: Option<&'static str>,
}

impl Controls {
    /// What is on its way is not called back. It may be a part of a search, or go on to be repeated: what is wanted of it
    /// is done after this request, and can be taken back before, unless it was called off.
    pub fn of(batches: &[Batch]) -> Self {
        let any = |states: &[BatchState]| batches.iter().any(|batch| states.contains(&batch.state));
        let waits = any(&[BatchState::Waiting, BatchState::Unknown]);
        let is_paused = any(&[BatchState::Paused]);
        let mut sending = batches.iter().filter(|it| it.state == BatchState::Sending);
        // A company has one at most.
        let wish = sending.next().map(|batch| batch.wish);
        let will_pause = wish == Some(Some(BatchChange::Paused));
        let is_free = wish == Some(None);
        Self {
            pause: waits || is_free,
            resume: is_paused || will_pause,
            cancel: waits || is_paused || is_free || will_pause,
            note: wish.map(note),
        }
    }
}

fn note(wish: Option<BatchChange>) -> &'static str {
    match wish {
        None => {
            "The request that is on its way cannot be called back. What you press holds after this request."
        }
        Some(BatchChange::Paused) => {
            "The request that is on its way is finished first. What is left after this request is paused."
        }
        Some(_) => {
            "The request that is on its way is finished first. What is left after this request is not sent."
        }
    }
}
