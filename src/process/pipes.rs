//! What a child prints: read by whoever waits for it, so that nothing is lost however busy the machine is.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::process::{ChildStderr, ChildStdout};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

const CHUNK: usize = 64 * 1024;
const CHUNKS: usize = 32;

/// Both ends of what a child prints, and what has come so far.
pub(super) struct Pipes {
    out: Pipe<ChildStdout>,
    err: Pipe<ChildStderr>,
}

struct Pipe<R> {
    from: Option<R>,
    bytes: Vec<u8>,
}

impl Pipes {
    pub(super) fn new(out: Option<ChildStdout>, err: Option<ChildStderr>) -> io::Result<Self> {
        Ok(Self { out: Pipe::new(out)?, err: Pipe::new(err)? })
    }

    /// Whether the child, and everything that it has begun, has closed both.
    pub(super) fn are_closed(&self) -> bool {
        self.out.from.is_none() && self.err.from.is_none()
    }

    /// Waits until something comes or `patience` is over.
    pub(super) fn wait(&self, patience: Duration) -> io::Result<()> {
        let out = self.out.from.as_ref().map(AsFd::as_fd);
        let err = self.err.from.as_ref().map(AsFd::as_fd);
        let mut open: Vec<PollFd> =
            out.into_iter().chain(err).map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)).collect();
        let patience = Timespec { tv_sec: 0, tv_nsec: patience.subsec_nanos().into() };
        match poll(&mut open, Some(&patience)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Takes what is there, waiting for nothing; whether anything was.
    pub(super) fn drain(&mut self) -> io::Result<bool> {
        let before = (self.out.bytes.len(), self.err.bytes.len());
        self.out.drain()?;
        self.err.drain()?;
        Ok(before != (self.out.bytes.len(), self.err.bytes.len()))
    }

    /// Whether more than so many bytes have come on one of them.
    pub(super) fn hold_more_than(&self, limit: usize) -> bool {
        self.out.bytes.len() > limit || self.err.bytes.len() > limit
    }

    /// What came on standard output and standard error.
    pub(super) fn taken(self) -> (Vec<u8>, Vec<u8>) {
        (self.out.bytes, self.err.bytes)
    }
}

impl<R: Read + AsFd> Pipe<R> {
    fn new(from: Option<R>) -> io::Result<Self> {
        if let Some(pipe) = &from {
            fcntl_setfl(pipe, fcntl_getfl(pipe)? | OFlags::NONBLOCK)?;
        }
        Ok(Self { from, bytes: Vec::new() })
    }

    // More than a pipe can hold, and not for ever: whoever prints without an end has a deadline and a limit.
    fn drain(&mut self) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK];
        for _ in 0..CHUNKS {
            let Some(pipe) = &mut self.from else { return Ok(()) };
            match pipe.read(&mut chunk) {
                Ok(0) => self.from = None,
                Ok(n) => self.bytes.extend_from_slice(chunk.get(..n).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
