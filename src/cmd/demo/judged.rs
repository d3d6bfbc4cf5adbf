//! The chapters of what is judged: an orchestration with scores and a checkpoint, a phase with slices and a finding.

use super::story::Scene;

const REVIEW: &str = "# Review\n\nThree tools were compared; the licence of one was missing at first.\n";

/// An orchestration up to its first checkpoint, which waits for a person.
pub(super) const ORCHESTRATION: &[Scene] = &[
    Scene::Pass(60),
    Scene::Git("planner", &["switch", "-qc", "docs/image-tools"]),
    Scene::Track("planner", &["new", "orchestration", "Choose an image library", "--id-slug", "images"]),
    Scene::Track("planner", &["add", "phase", "Research", "mode=parallel", "id=phase-0", "-w", "images"]),
    Scene::Track("planner", &["add", "phase", "Design", "mode=sequential", "id=phase-1", "-w", "images"]),
    Scene::Track(
        "planner",
        &[
            "add",
            "task",
            "Compare the libraries",
            "--in",
            "phase-0",
            "owner=researcher",
            "validator=validator",
            "files=research/libraries.md",
        ],
    ),
    Scene::Track(
        "planner",
        &[
            "add",
            "task",
            "Count the formats",
            "--in",
            "phase-0",
            "owner=analyst",
            "validator=validator",
            "files=research/formats.md",
        ],
    ),
    Scene::Track(
        "planner",
        &["add", "task", "Design the converter", "--in", "phase-1", "owner=architect", "validator=verifier"],
    ),
    Scene::Track("planner", &["add", "gate", "Research review", "--in", "phase-0", "id=QG-0"]),
    Scene::Track("planner", &["add", "part", "scores", "--in", "QG-0", "score=all"]),
    Scene::Track(
        "planner",
        &["add", "checkpoint", "Research review", "--in", "phase-0", "id=CP-001", "role=user"],
    ),
    Scene::Track("researcher", &["start", "TASK-001", "TASK-002"]),
    Scene::Write("research/libraries.md", "# Libraries\n\nTwo of three read all formats.\n"),
    Scene::Write("research/formats.md", "# Formats\n\nNine of ten pictures are JPEG.\n"),
    Scene::Track("validator", &["score", "TASK-001", "0.88", "-m", "the licence is missing"]),
    Scene::Write("research/libraries.md", "# Libraries\n\nTwo of three read all formats; all are MIT.\n"),
    Scene::Write("research/review.md", REVIEW),
    Scene::Git("researcher", &["add", "-A"]),
    Scene::Git("researcher", &["commit", "-qm", "docs(research): compare image libraries"]),
    Scene::Track("validator", &["score", "TASK-001", "0.93"]),
    Scene::Track("validator", &["score", "TASK-002", "0.95"]),
    Scene::Git("researcher", &["commit", "-qam", "chore(track): the research is scored"]),
    Scene::Git("alice", &["switch", "-q", "main"]),
    Scene::Git(
        "alice",
        &["merge", "-q", "--no-ff", "docs/image-tools", "-m", "Merge branch 'docs/image-tools'"],
    ),
];

/// A phase whose first slice has a high finding that is fixed and waits to be verified.
pub(super) const PHASE: &[Scene] = &[
    Scene::Pass(60),
    Scene::Git("orla", &["switch", "-qc", "feat/storage-s1-lock"]),
    Scene::Track("orla", &["new", "phase", "Storage rewrite", "--id-slug", "storage"]),
    Scene::Track("orla", &["add", "agent", "Storage", "id=I1", "-w", "storage", "owns=S1"]),
    Scene::Track("orla", &["add", "agent", "Review", "id=I4", "-w", "storage", "independent=true"]),
    Scene::Track("orla", &["add", "agent", "Steward", "id=P4", "-w", "storage", "steward=true"]),
    Scene::Track("orla", &["start", "preflight", "sweep"]),
    Scene::Track("orla", &["set", "storage", "branches=parent: main"]),
    Scene::Track("orla", &["gate", "waive", "preflight-clean.hooks", "-m", "a playground has none"]),
    Scene::Track("orla", &["gate", "run", "preflight"]),
    Scene::Track("orla", &["done", "preflight", "sweep", "-m", "Everything is clean."]),
    Scene::Track("orla", &["skip", "stage-1", "-m", "planned elsewhere"]),
    Scene::Track("P4", &["start", "drift"]),
    Scene::Track("P4", &["gate", "pass", "drift-check.invariants"]),
    Scene::Track("P4", &["gate", "pass", "drift-check.overlap"]),
    Scene::Track("P4", &["gate", "pass", "drift-check.ambiguity"]),
    Scene::Track("P4", &["done", "drift", "-m", "No drift."]),
    Scene::Track("orla", &["add", "slice", "One lock for all writers", "--in", "stage-2", "files=lock.py"]),
    Scene::Track("I1", &["start", "S1"]),
    Scene::Write("lock.py", "def write(path, data):\n    lock(path)\n    put(path, data)\n"),
    Scene::Git("I1", &["add", "-A"]),
    Scene::Git("I1", &["commit", "-qm", "feat(storage): one lock for all writers"]),
    Scene::Track(
        "I4",
        &["finding", "add", "S1", "lock.py:2", "the lock is never released", "--severity", "high"],
    ),
    Scene::Write("lock.py", "def write(path, data):\n    with lock(path):\n        put(path, data)\n"),
    Scene::Git("I1", &["commit", "-qam", "fix(storage): release the lock"]),
    Scene::Track("I1", &["finding", "fix", "S1.f1", "HEAD"]),
    Scene::Git("I1", &["commit", "-qam", "chore(track): S1.f1 is fixed"]),
    Scene::Git("alice", &["switch", "-q", "main"]),
    Scene::Git(
        "alice",
        &["merge", "-q", "--no-ff", "feat/storage-s1-lock", "-m", "Merge branch 'feat/storage-s1-lock'"],
    ),
    Scene::Track("alice", &["render"]),
    Scene::Git("alice", &["add", "-A"]),
    Scene::Git("alice", &["commit", "-qm", "docs: render what the branches changed"]),
];
