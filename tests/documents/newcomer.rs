//! What somebody who begins with the program runs into: wrong places, marks in templates, other ends of lines, files of
//! their own.

use super::{begun, says, track};
use crate::support::Repo;

/// A process of the team's with a document, and a workflow `w` of it.
fn own(document: &str, template: &str) -> Repo {
    let repo = Repo::new();
    let profile = format!(
        "schema: 1\nprofile: own\ntitle: Own\nsummary: Ours\nid: \"{{slug}}\"\ndocuments:\n  sheet: {{title: Sheet, template: sheet.md, {document}}}\nworkflow: {{title: Own}}\nkinds:\n  task: {{title: Task, id: \"T{{n}}\", under: [workflow]}}\n"
    );
    says(&repo, "init", 0, "");
    repo.write(".track/profiles/own/profile.yaml", profile);
    repo.write(".track/profiles/own/sheet.md", template);
    says(&repo, "trust", 0, "trusted now");
    says(&repo, "new own w", 0, "w workflow added");
    repo
}

#[test]
fn what_closes_a_workflow_writes_its_documents_on_any_branch() {
    let repo = begun(&["orchestration"]);
    says(&repo, "add phase Ideas", 0, "Ideas");
    repo.commit("ideas");
    let path = repo.git(&["ls-files", "orchestration"]).lines().next().unwrap().to_owned();
    repo.git(&["checkout", "--quiet", "-b", "feat/x"]);
    let before = repo.read(&path);
    says(&repo, "skip phase-1 -m needless", 0, "dropped");
    assert_eq!(repo.read(&path), before, "on another branch they wait");
    let (code, text) = track(&repo, "done orchestration -m made --deviate");
    assert!(code == Some(0), "{text}");
    assert_ne!(repo.read(&path), before, "{text}");
    repo.commit("done");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.git(&["merge", "--quiet", "feat/x"]);
    says(&repo, "render --check -w orchestration", 0, "up to date");
}

#[test]
fn no_document_lies_where_the_state_is() {
    for place in [".track/config.yaml", ".track/workflows/w.yaml", ".Track/Profiles/own/profile.yaml"] {
        let repo = own(&format!("path: \"{place}\""), "# Ours\n");
        let state = repo.read(".track/workflows/w.yaml");
        let (code, text) = track(&repo, "render");
        let named = text.contains("where `sheet` of w is") && text.contains("git-track keeps its state");
        assert!(code == Some(4) && named, "{place}: {code:?} {text}");
        assert_eq!(repo.read(".track/workflows/w.yaml"), state);
    }
    let repo = own("path: \".track/traces/{workflow}.md\"", "# Ours\n");
    assert!(repo.read(".track/traces/w.md").ends_with("# Ours\n"));
}

#[test]
fn a_mark_in_a_template_is_refused() {
    for mark in ["<!-- git-track:end w:sheet -->", "  <!-- git-track:begin other from x. -->"] {
        let repo = own("path: \"{workflow}.md\", block: true", "One\n");
        let before = repo.read("w.md");
        repo.write(".track/profiles/own/sheet.md", format!("Two\n{mark}\n"));
        says(&repo, "trust", 0, "trusted now");
        says(&repo, "render", 4, "line 2 of what its template prints is a mark");
        let (code, text) = track(&repo, "add task More");
        let warned = text.contains("warning: w.md cannot be rendered into: line 2 of what");
        assert!(code == Some(0) && warned, "{text}");
        assert_eq!(repo.read("w.md"), before);
    }
}

#[test]
fn a_file_of_somebody_that_gets_parts_is_told_of_once() {
    let repo = Repo::new();
    says(&repo, "init --profile program", 0, "");
    repo.write("docs/execution/alpha.md", "# My plan\n\nWords.\n");
    says(&repo, "new program Alpha", 0, "rendered       docs/execution/alpha.md");
    assert!(repo.read("docs/execution/alpha.md").starts_with("# My plan\n\nWords.\n\n<!-- git-track:begin "));
    let (_, text) = track(&repo, "add batch More");
    assert!(!text.contains("rendered"), "{text}");
}

#[test]
fn status_counts_what_render_changes_and_what_is_in_the_way() {
    let repo = begun(&["phase"]);
    repo.write("planning/runtime/phase/READINESS.md", "# My own\n");
    let (_, text) = track(&repo, "status");
    assert!(!text.contains("out of date") && text.contains("1 in the way"), "{text}");
    assert!(text.contains("git track render --check"), "{text}");
    repo.write("planning/runtime/phase/FINAL_HANDOFF.md", "");
    let (_, text) = track(&repo, "status");
    assert!(text.contains("Documents    1 out of date") && text.contains("1 in the way"), "{text}");
}

#[cfg(unix)]
#[test]
fn one_failure_of_several_parts_is_one_line() {
    let repo = begun(&["program"]);
    let path = repo.path().join("docs/execution/program.md");
    std::fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("elsewhere.md", &path).unwrap();
    let (_, text) = track(&repo, "add batch More");
    assert_eq!(text.matches("warning: ").count(), 1, "{text}");
    let (_, text) = track(&repo, "render");
    assert_eq!(text.matches("FAILED").count(), 1, "{text}");
}

#[test]
fn what_helps_several_failures_stands_once() {
    let repo = begun(&["phase"]);
    for name in ["readiness.md", "handoff.md"] {
        repo.write(format!(".track/profiles/phase/{name}"), "# Ours\n");
    }
    let (code, text) = track(&repo, "render");
    assert!(code == Some(1) && text.matches("git track trust").count() == 1, "{text}");
    assert_eq!(text.matches("FAILED").count(), 2, "{text}");
    says(&repo, "new phase other", 0, "warning: planning/runtime/other/READINESS.md cannot be rendered: the");
    let (_, text) = track(&repo, "render");
    assert_eq!(text.matches("FAILED").count(), 2, "{text}");
    assert!(text.contains("READINESS.md and 1 more cannot be rendered: the template"), "{text}");
}

#[test]
fn paths_are_never_cut() {
    let folder = format!("{}/{}", "a-long-folder".repeat(4), "another-one".repeat(4));
    let repo = own(&format!("path: \"{folder}/{{workflow}}.md\""), "{{ workflow.title }}\n");
    repo.write(format!("{folder}/w.md"), "");
    says(&repo, "render --check", 1, &format!("  {folder}/w.md\n"));
    let id = "a-workflow-with-a-name".repeat(3);
    repo.write(format!(".track/workflows/{id}.yaml"), "schema: 1\nprofile: own\ntitel: x\n");
    for command in ["status", "render --check"] {
        says(&repo, command, 4, &format!(".track/workflows/{id}.yaml:3:1: "));
    }
}

#[test]
fn a_chat_is_told_plain_text_and_headings_stand_apart() {
    let repo = begun(&["phase"]);
    says(&repo, "add slice a|b_c*d* --in stage-2 owner=x|y", 0, "S1");
    says(&repo, "set stage-0 state=active", 1, "");
    let file = ".track/workflows/phase.yaml";
    repo.write(
        file,
        repo.read(file).replace(
            "owner: x|y",
            "owner: x|y\n        state: active\n        started: 2026-02-01T08:00:00Z",
        ),
    );
    let (_, text) = track(&repo, "report daily");
    assert!(text.contains("a|b_c*d* (x|y)"), "{text}");
    says(&repo, "note phase --decision one --why two", 0, "");
    says(&repo, "report pr -w phase", 0, "- one: two\n\n## Linked issues\n");
}

#[test]
fn the_ends_of_lines_of_a_template_do_not_count() {
    let template = "# Ours\n{{ workflow.title }}\nend\n";
    let repo = own("path: \"{workflow}.md\"", template);
    let before = repo.read("w.md");
    repo.write(".track/profiles/own/sheet.md", template.replace('\n', "\r\n"));
    says(&repo, "trust --check", 0, "trusted");
    says(&repo, "render", 0, "1 document is up to date");
    assert_eq!(repo.read("w.md"), before);
    std::fs::remove_file(repo.path().join("w.md")).unwrap();
    says(&repo, "render", 0, "rendered w.md");
    assert_eq!(repo.read("w.md"), before);
}

#[test]
fn a_document_of_a_broken_workflow_is_not_unknown() {
    let repo = begun(&["orchestration", "phase"]);
    let files = repo.git(&["ls-files", ".track/workflows/orch*"]);
    let file = files.trim();
    repo.write(file, repo.read(file).replacen("title:", "titel:", 1));
    for name in ["worktracker", "orchestration-20260201-001:worktracker", "orchestration/W.md"] {
        says(&repo, &format!("render {name}"), 4, "-20260201-001 cannot be read: unknown key `titel`");
        says(&repo, &format!("render --stdout {name}"), 4, &format!("{file}:"));
    }
    says(&repo, "render readiness", 4, "up to date");
    repo.write(file, repo.read(file).replacen("titel:", "title:", 1));
    says(&repo, "render worktracke", 3, "did you mean");
}

/// Every command that the runbook of a process prints is one that works in a fresh repository, its placeholders filled in.
#[test]
fn what_a_runbook_prints_for_what_is_added_works() {
    let repo = begun(&["phase"]);
    let runbook = track(&repo, "guide phase").1;
    for (printed, typed) in [
        ("add grounding docs/goals.md", "add grounding docs/goals.md"),
        ("add agent \"Builder\" id=I1", "add agent Builder id=I1"),
        ("add packet \"What is planned\" --in stage-1 owner=I1", "add packet Plan --in stage-1 owner=I1"),
        ("add slice \"What it is\" --in stage-2 owner=I1", "add slice Slice --in stage-2 owner=I1"),
        ("add gate \"Review\" --in <slice> id=<gate>", "add gate Review --in S1 id=review"),
        (
            "add part \"What must hold\" --in <gate> id=<part> review=I4",
            "add part Holds --in review id=whole review=I4",
        ),
        (
            "add readiness \"What comes next\" --in stage-6 owner=I1",
            "add readiness Next --in stage-6 owner=I1",
        ),
        ("set <packet> packet=ready", "set packet-1 packet=ready"),
        (
            "set <readiness> posture=ready next_owners=I1,I2",
            "set readiness-1 posture=ready next_owners=I1,I2",
        ),
        ("note <slice> --artifact deleted:notes/old.md", "note S1 --artifact deleted:notes/old.md"),
        (
            "set <slice>.a1 text=\"superseded by docs/layout.md\" retention=scratch",
            "set S1.a1 text=superseded retention=scratch",
        ),
    ] {
        assert!(runbook.contains(&format!("`git track {printed}`")), "{printed}\n{runbook}");
        let (code, text) = track(&repo, typed);
        assert!(code == Some(0) && !text.contains("warning"), "{typed}: {text}");
    }
    assert!(repo.read("planning/runtime/phase/READINESS.md").contains("- I1: Builder\n- I2\n"));
}
