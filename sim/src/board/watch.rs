//! Somebody who is shown the machine whenever time is about to pass: after each event, and after what the program did
//! since.
//!
//! Owns [`Watch`]. Tests hold records against the machine with it; a run has none.

use std::fmt;

use vpyb_core::Contents;

use super::Machine;

/// Is shown a machine, and between two steps also what the event loop holds. It changes nothing.
pub type Watcher = Box<dyn FnMut(&Machine, Option<&Contents>)>;

/// Perhaps a watcher.
#[derive(Default)]
pub(super) struct Watch(Option<Watcher>);

impl Watch {
    /// Whether there is one.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watch").field(&self.0.is_some()).finish()
    }
}

impl Machine {
    /// Has a watcher shown the machine from now on.
    pub fn watched_by(&mut self, watcher: Watcher) {
        self.watch = Watch(Some(watcher));
    }

    /// Shows the machine as it stands.
    #[inline]
    pub fn show(&mut self, contents: Option<&Contents>) {
        if self.watch.is_on() {
            self.show_watcher(contents);
        }
    }

    #[inline(never)]
    fn show_watcher(&mut self, contents: Option<&Contents>) {
        if let Some(mut watcher) = self.watch.0.take() {
            watcher(self, contents);
            self.watch.0 = Some(watcher);
        }
    }
}
