//! How far something is that takes long: one line on a terminal, which goes away.

use std::io::{self, Write};
use std::time::{Duration, Instant};

/// Nobody needs to be told about what is over before.
const PATIENCE: Duration = Duration::from_millis(400);

/// How often the line changes.
const EVERY: Duration = Duration::from_millis(100);

/// A line on standard error that says how far something is.
#[derive(Debug)]
pub struct Progress {
    /// When it may be told next; `None`: nobody looks.
    next: Option<Instant>,
    shown: bool,
}

impl Progress {
    pub(super) fn new(wanted: bool) -> Self {
        Self { next: wanted.then(|| Instant::now() + PATIENCE), shown: false }
    }

    /// Says how much of what is done. Without a total, `of` is 0.
    pub fn tell(&mut self, what: &str, done: usize, of: usize) {
        let Some(next) = self.next else { return };
        let now = Instant::now();
        if now < next {
            return;
        }
        self.next = Some(now + EVERY);
        self.shown = true;
        let _ = write(&line(what, done, of));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write("");
        }
    }
}

fn line(what: &str, done: usize, of: usize) -> String {
    match (done * 100).checked_div(of) {
        Some(percent) => format!("{what}: {:>3}% ({done}/{of})", percent.min(100)),
        None => format!("{what}: {done}"),
    }
}

fn write(line: &str) -> io::Result<()> {
    let mut out = io::stderr().lock();
    out.write_all(format!("\r\x1b[K{line}").as_bytes()).and_then(|()| out.flush())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_it_is_in_words() {
        assert_eq!(line("reading commits", 50, 200), "reading commits:  25% (50/200)");
        assert_eq!(line("reading commits", 3, 0), "reading commits: 3");
    }
}
