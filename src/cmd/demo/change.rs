//! The chapter of a change: documents that people write, stages derived from them, units of work on branches.

use super::story::Scene;

const INTENT: &str = "\
---
is_hotfix: false
---
# Change intent: Raise the auth timeout

## Scope

The login service and its configuration.

## Constraints

No change of the database schema.

## Acceptance Criteria

- The timeout is read from the configuration.
- Without a setting it is 60 seconds.
";

const TRIAGE: &str = "\
---
risk: low
---
# Triage: Raise the auth timeout

## Rationale

One service, one setting, and the old value stays the default.
";

const IMPACT: &str = "\
---
compatibility:
  classification: non_breaking
  decision: confirmed
---
# Impact analysis: Raise the auth timeout

## Blast Radius

Whoever logs in over a slow line.

## Risks & Mitigations

Sessions that hang longer; there is a metric for them.

## Rollback

Set the old value.

## Verification

The slow login of the test suite.

## Regression Checklist

- a login without the setting
- a login with a wrong password
";

const PLAN: &str = "\
# Incremental micro plan: Raise the auth timeout

## Units

Read the setting; use it; document it.

## Test Strategy

A test of the default and one of the setting.

## Regression Checks

Those of the impact analysis.
";

const SPEC: &str = "\
# Progress script compatibility spec

## Mismatch

The W scripts know no changes.

## Option B

Changes are tracked by git track, beside the W scripts.

## Acceptance Criteria

- No W script is touched.
";

const TOOLING: &str = "\
# Progress scripts implementation plan

## Interfaces

The commands of git track.

## Tasks

- none, they are there
";

const UNITS: &str = "\
# Work decomposer output: Raise the auth timeout

## Units

U01 reads the setting, U02 uses it.
";

/// A change from its intent to its second unit.
pub(super) const CHANGE: &[Scene] = &[
    Scene::Pass(60),
    Scene::Git("carol", &["switch", "-qc", "docs/auth-timeout"]),
    Scene::Track(
        "carol",
        &[
            "new",
            "change",
            "Raise the auth timeout",
            "--id-slug",
            "auth-timeout",
            "--set",
            "is_hotfix=false",
            "--set",
            "story=AUTH-142",
        ],
    ),
    Scene::Write("Planning/Changes/CHG-20260213-auth-timeout/00-change-intent.md", INTENT),
    Scene::Track("carol", &["start", "triage"]),
    Scene::Write("Planning/Changes/CHG-20260213-auth-timeout/01-triage.md", TRIAGE),
    Scene::Track("carol", &["start", "impact"]),
    Scene::Write("Planning/Changes/CHG-20260213-auth-timeout/02-impact-analysis.md", IMPACT),
    Scene::Track("carol", &["start", "plan"]),
    Scene::Write("Planning/Changes/CHG-20260213-auth-timeout/03-incremental-micro-plan.md", PLAN),
    Scene::Track("carol", &["start", "progress"]),
    Scene::Track("carol", &["start", "spec"]),
    Scene::Write("progress-tracking/CHG-progress-script-compatibility-spec.md", SPEC),
    Scene::Track("carol", &["start", "tooling"]),
    Scene::Write("progress-tracking/CHG-progress-scripts-implementation-plan.md", TOOLING),
    Scene::Track("carol", &["start", "decompose"]),
    Scene::Write("Planning/Changes/CHG-20260213-auth-timeout/04-work-decomposer-output.md", UNITS),
    Scene::Track(
        "carol",
        &[
            "add",
            "unit",
            "Read the timeout from the configuration",
            "--in",
            "execute",
            "estimate.files=2",
            "estimate.lines=60",
            "files=auth.py",
        ],
    ),
    Scene::Track(
        "carol",
        &[
            "add",
            "unit",
            "Use it in the login",
            "--in",
            "execute",
            "needs=U01",
            "estimate.files=3",
            "estimate.lines=90",
        ],
    ),
    Scene::Git("carol", &["add", "-A"]),
    Scene::Git("carol", &["commit", "-qm", "docs: plan the longer auth timeout"]),
    Scene::Git("carol", &["switch", "-qc", "feat/auth-timeout-u01"]),
    Scene::Track("carol", &["start", "U01"]),
    Scene::Write("auth.py", "TIMEOUT = setting(\"auth.timeout\", 60)\n"),
    Scene::Git("carol", &["add", "-A"]),
    Scene::Git("carol", &["commit", "-qm", "feat(auth): read the timeout from the configuration"]),
    Scene::Track("carol", &["done", "U01", "-m", "The setting is read, the default is 60 seconds."]),
    Scene::Track("carol", &["start", "U02"]),
    Scene::Git("carol", &["commit", "-qam", "chore(track): U01 done"]),
    Scene::Git("alice", &["switch", "-q", "main"]),
    Scene::Git(
        "alice",
        &["merge", "-q", "--no-ff", "feat/auth-timeout-u01", "-m", "Merge branch 'feat/auth-timeout-u01'"],
    ),
];
