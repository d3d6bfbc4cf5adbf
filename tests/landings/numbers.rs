//! The numbers of an item are those that git prints.

use serde_json::Value;

use super::yard::Yard;

fn numbers(yard: &Yard, item: &str) -> Value {
    let (document, _) = yard.ask(&["show", item, "--json"]).unwrap();
    document["items"][0]["git"].clone()
}

// Files and changed lines of a branch as `git diff --numstat` counts them, but for state and lock files.
fn numstat(yard: &Yard, range: &str) -> (u64, u64) {
    let printed = yard.git(&["diff", "--numstat", "-z", "--no-renames", range]);
    let lines = printed.split('\0').filter(|line| !line.is_empty()).map(|line| {
        let mut parts = line.split('\t');
        let mut number = || parts.next().unwrap().parse::<u64>().unwrap_or(0);
        (number() + number(), parts.next().unwrap().to_owned())
    });
    let left_out = |path: &str| path.starts_with(".track/") || path.ends_with("Cargo.lock");
    let lines: Vec<(u64, String)> = lines.filter(|(_, path)| !left_out(path)).collect();
    (lines.len() as u64, lines.iter().map(|(count, _)| count).sum())
}

fn count(yard: &Yard, range: &str) -> u64 {
    yard.git(&["rev-list", "--count", range]).parse().unwrap()
}

// The earliest and the latest of some times that git prints.
fn ends(yard: &Yard, format: &str, range: &str) -> (String, String) {
    let printed =
        yard.git(&["log", "--no-merges", &format!("--format={format}"), "--date=format-local:%FT%TZ", range]);
    let mut times: Vec<&str> = printed.lines().collect();
    times.sort_unstable();
    (times[0].to_owned(), times[times.len() - 1].to_owned())
}

fn equal_to_git(yard: &Yard, item: &str, branch: &str) {
    let told = numbers(yard, item);
    let (own, new) = (format!("main..{branch}"), format!("main...{branch}"));
    let authors: std::collections::BTreeSet<String> =
        yard.git(&["log", "--format=%ae", &own]).lines().map(str::to_lowercase).collect();
    let (files, lines) = numstat(yard, &new);
    let right = [
        ("commits", count(yard, &own)),
        ("ahead", count(yard, &own)),
        ("behind", count(yard, &format!("{branch}..main"))),
        ("authors", authors.len() as u64),
        ("files", files),
        ("lines", lines),
    ];
    for (name, right) in right {
        assert_eq!(told[name].as_u64(), Some(right), "{name}: {told}");
    }
    assert_eq!(told["first"].as_str(), Some(ends(yard, "%ad", &own).0.as_str()), "{told}");
    assert_eq!(told["last"].as_str(), Some(ends(yard, "%cd", &own).1.as_str()), "{told}");
}

const GRACE: &str = "GIT_AUTHOR_NAME=Grace GIT_AUTHOR_EMAIL=Grace@Example.com";

#[test]
fn an_open_branch_of_two_authors() {
    let yard = Yard::new(&[]);
    yard.play(&format!(
        "git switch -qc feat/batch-1-login
        work login
        line 3 three
        commit 'feat: three'
        write Cargo.lock locked
        write web/Cargo.lock locked
        commit 'build: lock'
        line 30 thirty
        line 31 thirty-one
        {GRACE} git commit -qam 'feat: thirty'
        git rm -q src/login.txt
        write src/enter.txt login
        write 'src/a name.txt' x
        git add -A
        {GRACE} git commit -qm 'refactor: rename'
        track set batch-1 priority=P1
        commit 'chore: weigh it'
        git switch -q main
        work other
        work more",
    ))
    .unwrap();
    assert_eq!(count(&yard, "main..feat/batch-1-login"), 6);
    equal_to_git(&yard, "batch-1", "feat/batch-1-login");
}

#[test]
fn a_branch_that_merged_the_base() {
    let yard = Yard::new(&[]);
    yard.play(
        "git switch -qc feat/batch-1-login
        work login
        git switch -q main
        work other
        git switch -q feat/batch-1-login
        git merge -q --no-edit main
        work form
        git switch -q main
        work more",
    )
    .unwrap();
    assert_eq!(numstat(&yard, "main...feat/batch-1-login"), (2, 2));
    assert_eq!(count(&yard, "main..feat/batch-1-login"), 3);
    equal_to_git(&yard, "batch-1", "feat/batch-1-login");
}

#[test]
fn bytes_that_are_no_lines_and_lines_without_an_end() {
    let yard = Yard::new(&[]);
    yard.repo.git(&["switch", "-qc", "feat/batch-1-login"]);
    yard.repo.write("src/picture", b"\x89PNG\0\0\n\n\n");
    yard.repo.write("src/open", "no end");
    yard.repo.write("src/empty", "");
    yard.repo.write("src/tab\tand\nline", "x\n");
    yard.play("commit 'feat: files'\n git switch -q main").unwrap();
    assert_eq!(numstat(&yard, "main...feat/batch-1-login").0, 4);
    equal_to_git(&yard, "batch-1", "feat/batch-1-login");
}

#[test]
fn times_that_are_not_in_order() {
    let yard = Yard::new(&[]);
    yard.play(
        "git switch -qc feat/batch-1-login
        write a.txt a
        git add -A
        GIT_AUTHOR_DATE='@1700100000 +0900' git commit -qm 'feat: a'
        write b.txt b
        git add -A
        GIT_AUTHOR_DATE='@1600000000 -0330' GIT_COMMITTER_DATE='@1700200000 +0200' git commit -qm 'feat: b'
        work c
        git switch -q main",
    )
    .unwrap();
    let own = "main..feat/batch-1-login";
    assert_eq!(ends(&yard, "%ad", own).0, "2020-09-13T12:26:40Z");
    assert_eq!(ends(&yard, "%cd", own).1, "2023-11-17T05:46:40Z");
    equal_to_git(&yard, "batch-1", "feat/batch-1-login");
}

#[test]
fn what_landed_keeps_its_numbers_where_git_keeps_the_commits() {
    let yard = Yard::new(&[]);
    yard.play(
        "git switch -qc feat/batch-1-login
        work login batch-1
        work form batch-1
        git switch -q main
        work other
        git merge -q --no-ff --no-edit feat/batch-1-login",
    )
    .unwrap();
    let told = numbers(&yard, "batch-1");
    assert_eq!(
        (&told["ahead"], &told["behind"], &told["pending"]),
        (&0.into(), &2.into(), &0.into()),
        "{told}"
    );
    let landed = yard.git(&["log", "-1", "--format=%cd", "--date=format-local:%FT%TZ", "main"]);
    assert_eq!(told["landed"].as_str(), Some(landed.as_str()), "{told}");
}

#[test]
fn the_time_of_a_landing_is_when_it_came_onto_the_base() {
    let yard = Yard::new(&[]);
    // The work is older than the merge, and the state is written down later, with a trailer of its own.
    yard.play(
        "git switch -qc feat/batch-1-login
        work login batch-1
        git switch -q main
        work other
        git merge -q --no-ff --no-edit feat/batch-1-login
        git tag merge
        work more
        track done batch-1 --commit
        git diff --quiet HEAD^ HEAD -- src",
    )
    .unwrap();
    let told = numbers(&yard, "batch-1");
    let landed = yard.git(&["log", "-1", "--format=%cd", "--date=format-local:%FT%TZ", "merge"]);
    assert_eq!(told["landed"].as_str(), Some(landed.as_str()), "{told}");
}
