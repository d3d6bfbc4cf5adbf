//! Several programs at once, for as long as somebody waits.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::Call;

/// A moment until which somebody waits.
#[derive(Clone, Copy, Debug)]
pub struct Until(Instant);

impl Until {
    /// So long from now.
    pub fn after(patience: Duration) -> Self {
        Self(Instant::now() + patience)
    }

    /// How long that still is; nothing when it is over.
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether nobody waits any more.
    pub fn is_over(self) -> bool {
        self.left().is_zero()
    }
}

/// What each of these programs prints, in their order, several of them running at once; `None`: it failed, or was not
/// done in time.
pub fn together(calls: &[Call], until: Until) -> Vec<Option<Vec<u8>>> {
    // A child waits for the disk as often as it computes.
    let threads = thread::available_parallelism().map_or(1, usize::from).saturating_mul(2).min(calls.len());
    let next = AtomicUsize::new(0);
    let found = Mutex::new(vec![None; calls.len()]);
    let take = || {
        let index = next.fetch_add(1, Ordering::Relaxed);
        calls.get(index).map(|call| (index, call.clone().deadline(until.left())))
    };
    let work = || {
        while let Some((index, call)) = take().filter(|_| !until.is_over()) {
            let printed = call.checked().ok();
            if let Some(place) = found.lock().ok().as_mut().and_then(|found| found.get_mut(index)) {
                *place = printed;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    found.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::Vars;
    use super::*;
    use std::path::Path;

    #[test]
    fn answers_stand_in_the_order_of_the_questions_and_nobody_waits_for_ever() {
        let vars = Vars::from([("PATH".into(), "/usr/bin:/bin".into())]);
        let sh = |script: &str| Call::new("sh", Path::new("/"), &vars).args(["-c", script]);
        let mut calls = vec![sh("sleep 60"), sh("exit 3")];
        calls.extend((0..20).map(|n| sh(&format!("printf {n}"))));
        let found = together(&calls, Until::after(Duration::from_secs(5)));
        assert_eq!(found[..2], [None, None]);
        let numbers: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        let printed = found[2..].iter().map(|bytes| String::from_utf8(bytes.clone().unwrap()).unwrap());
        assert_eq!(printed.collect::<Vec<_>>(), numbers);
        assert_eq!(together(&calls, Until::after(Duration::ZERO)), vec![None; 22]);
        assert_eq!(together(&[], Until::after(Duration::from_secs(9))), Vec::<Option<Vec<u8>>>::new());
    }
}
