//! Limits that this process sets itself and cannot lift again.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::error::{Error, Result};

/// Bounds what this process may still use: `memory` bytes of addresses in all, and `seconds` of processor time. Whoever
/// asks for more memory is aborted, whoever takes more time is killed; neither leaves a core dump.
pub fn confine(memory: u64, seconds: u64) -> Result<()> {
    for (resource, limit) in [(Resource::Core, 0), (Resource::Cpu, seconds), (Resource::As, memory)] {
        // Somebody may have set a narrower limit, which cannot be widened.
        let limit = getrlimit(resource).maximum.map_or(limit, |narrower| narrower.min(limit));
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })
            .map_err(|error| Error::io("bound what this process may use", &error.into()))?;
    }
    Ok(())
}
