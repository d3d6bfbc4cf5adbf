//! The story that `demo` plays: what everybody does, line by line.

use super::change::CHANGE;
use super::judged::{ORCHESTRATION, PHASE};

/// A line of the story: who does what, how many minutes after the line before.
#[derive(Debug)]
pub(super) enum Scene {
    /// A command of git-track.
    Track(&'static str, &'static [&'static str]),
    /// A command of git.
    Git(&'static str, &'static [&'static str]),
    /// A file that somebody writes.
    Write(&'static str, &'static str),
    /// Minutes that pass.
    Pass(i64),
}

const BEGINNING: &[Scene] = &[
    Scene::Write("README.md", "# Avatar service\n"),
    Scene::Git("alice", &["add", "README.md"]),
    Scene::Git("alice", &["commit", "-qm", "docs: say what this is"]),
    Scene::Track(
        "alice",
        &[
            "init",
            "--profile",
            "program",
            "--profile",
            "trace",
            "--profile",
            "change",
            "--profile",
            "orchestration",
            "--profile",
            "phase",
        ],
    ),
    Scene::Track("alice", &["new", "program", "Stabilise the platform"]),
    Scene::Track("alice", &["add", "batch", "Critical blockers", "priority=P0", "target=Week 1-2"]),
    Scene::Track(
        "alice",
        &["add", "batch", "Infrastructure", "priority=P1", "target=Week 3-4", "needs=batch-1"],
    ),
    Scene::Track("alice", &["add", "batch", "Security", "priority=P1", "target=Week 5-6", "needs=batch-2"]),
    Scene::Track("alice", &["add", "action", "Make CI green again", "--in", "batch-1", "id=ci-green"]),
    Scene::Track("alice", &["add", "action", "Triage the scan", "--in", "batch-1", "id=scan-triage"]),
    Scene::Track("alice", &["add", "action", "Pin the database image", "--in", "batch-1", "id=pin-image"]),
    Scene::Track("alice", &["add", "risk", "Team burnout", "probability=medium", "impact=high"]),
    Scene::Git("alice", &["add", ".track"]),
    Scene::Git("alice", &["commit", "-qm", "chore(track): plan the stabilisation"]),
    Scene::Pass(60 * 22),
    Scene::Git("bob", &["switch", "-qc", "fix/ci-green-flaky-tests"]),
    Scene::Track("bob", &["start", "batch-1", "ci-green"]),
    Scene::Write("ci.yml", "retries: 0\n"),
    Scene::Git("bob", &["add", "-A"]),
    Scene::Git("bob", &["commit", "-qm", "fix(ci): stop hiding flaky tests"]),
    Scene::Pass(95),
    Scene::Track("bob", &["done", "ci-green", "-m", "The suite is green three times in a row."]),
    Scene::Git("bob", &["commit", "-qam", "chore(track): ci-green done"]),
    Scene::Git("alice", &["switch", "-q", "main"]),
    Scene::Git(
        "alice",
        &[
            "merge",
            "-q",
            "--no-ff",
            "fix/ci-green-flaky-tests",
            "-m",
            "Merge branch 'fix/ci-green-flaky-tests'",
        ],
    ),
    Scene::Track("alice", &["set", "ci_pass_rate", "2026-02-13=96"]),
    Scene::Track("alice", &["start", "pin-image"]),
    Scene::Track(
        "alice",
        &["block", "pin-image", "-m", "The registry is read-only", "--fix", "ask operations on Monday"],
    ),
    Scene::Git("alice", &["commit", "-qam", "chore(track): pin-image waits for operations"]),
    Scene::Pass(40),
    Scene::Git("agent", &["switch", "-qc", "feat/avatar-upload"]),
    Scene::Track("agent", &["new", "trace", "Avatar upload", "--set", "task=Presigned avatar upload"]),
    Scene::Track("agent", &["step", "Set up the route", "--focus", "routing table", "-w", "avatar-upload"]),
    Scene::Write("avatar.py", "def upload():\n    return sign()\n"),
    Scene::Track(
        "agent",
        &[
            "note",
            "--artifact",
            "created:avatar.py",
            "--decision",
            "Sign with five minutes of life",
            "--why",
            "long enough for a phone on a train",
            "-w",
            "avatar-upload",
        ],
    ),
    Scene::Git("agent", &["add", "-A"]),
    Scene::Git("agent", &["commit", "-qm", "feat: accept avatar uploads"]),
    Scene::Pass(25),
    Scene::Track(
        "agent",
        &[
            "step",
            "Validate the token",
            "--focus",
            "JWKS lookup, then expiry",
            "--finish",
            "The route answers and signs.",
            "-w",
            "avatar-upload",
        ],
    ),
    Scene::Git("agent", &["commit", "-qam", "chore(track): begin token validation"]),
    Scene::Git("alice", &["switch", "-q", "main"]),
    Scene::Git(
        "alice",
        &["merge", "-q", "--no-ff", "feat/avatar-upload", "-m", "Merge branch 'feat/avatar-upload'"],
    ),
];

/// The whole story, chapter by chapter.
pub(super) fn chapters() -> impl Iterator<Item = &'static Scene> {
    [BEGINNING, CHANGE, ORCHESTRATION, PHASE].into_iter().flatten()
}
