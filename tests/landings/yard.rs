//! Where scenes are built: a repository with a plan in it, and the few words in which a scene is told.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;

use git_track::model::time::Time;
use serde_json::Value;

use crate::conventions::text;
use crate::support::Repo;

/// A repository on `main` whose plan has `batch-1`, which was started, and `batch-2`, which was not.
pub(crate) struct Yard {
    pub repo: Repo,
    cwd: RefCell<PathBuf>,
    days: Cell<i64>,
    /// How often git was asked and agreed.
    pub agreed: Cell<u32>,
}

impl Yard {
    /// The plan and a file of sixty lines, committed; with more arguments for `git init`.
    pub(crate) fn new(init: &[&str]) -> Self {
        let yard = Self::empty(init);
        for (path, bytes) in plan() {
            yard.repo.write(path, bytes);
        }
        let lines: Vec<String> = (1..=60).map(|line| format!("line {line}")).collect();
        yard.repo.write("src/app.txt", lines.join("\n") + "\n");
        yard.repo.commit("chore: begin");
        yard
    }

    /// Nothing yet.
    pub(crate) fn empty(init: &[&str]) -> Self {
        let repo = Repo::init(init);
        Self { cwd: RefCell::new(repo.path().to_owned()), days: Cell::new(0), agreed: Cell::new(0), repo }
    }

    /// What is told line by line: a command of git as it is typed, or
    ///
    /// - `work NAME [REF]` writes `src/NAME.txt` and commits it, with a trailer when it names an item
    /// - `line N TEXT` changes one line of `src/app.txt`; `write FILE TEXT` writes a file
    /// - `commit TEXT` commits all that was changed
    /// - `has REV REV`, `lacks REV REV` say whether the first has the second in its history, and git has to agree
    /// - `track …` runs the program, `wait N` lets days pass for it, `cd DIR` goes elsewhere from the top
    /// - `origin` makes a bare repository beside this one and pushes `main`
    ///
    /// In front of a command, `!` says that it answers no, `X =` what it prints, `NAME=value` what its environment is.
    pub(crate) fn play(&self, told: &str) -> Result<(), String> {
        for line in told.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            self.step(&words(&line.replace("$ROOT", self.repo.root().to_str().unwrap())))
                .map_err(|error| format!("`{line}`: {error}"))?;
        }
        Ok(())
    }

    fn step(&self, words: &[String]) -> Result<(), String> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if matches!(words.as_slice(), ["!" | "has" | "lacks", ..] | [_, "=", ..] | ["git", "diff", ..]) {
            self.agreed.set(self.agreed.get() + 1);
        }
        match words.as_slice() {
            ["!", rest @ ..] => self.call(rest, Some(1)).map(|_| ()),
            [expected, "=", rest @ ..] => {
                let printed = self.call(rest, Some(0))?;
                if printed == *expected { Ok(()) } else { Err(format!("it printed `{printed}`")) }
            }
            ["work", name] => self.commit(name, &format!("feat: {name}")),
            ["work", name, item] => self.commit(name, &format!("feat: {name}\n\nTrack: {item}")),
            ["line", number, text] => {
                let path = self.here("src/app.txt");
                let number: usize = number.parse().unwrap();
                let old = std::fs::read_to_string(&path).unwrap();
                let mut lines: Vec<&str> = old.lines().collect();
                lines[number - 1] = text;
                std::fs::write(path, lines.join("\n") + "\n").map_err(|error| error.to_string())
            }
            ["write", path, text] => self.write(path, text),
            ["commit", message] => self.record(message),
            ["has", base, rev] => {
                self.call(&["git", "merge-base", "--is-ancestor", rev, base], Some(0)).map(|_| ())
            }
            ["lacks", base, rev] => {
                self.call(&["git", "merge-base", "--is-ancestor", rev, base], Some(1)).map(|_| ())
            }
            ["wait", days] => {
                self.days.set(self.days.get() + days.parse::<i64>().unwrap());
                Ok(())
            }
            ["cd", path] => {
                *self.cwd.borrow_mut() = self.repo.path().join(path).canonicalize().unwrap();
                Ok(())
            }
            ["origin"] => self.play(
                "git init -q --bare -b main ../origin.git
                git remote add origin ../origin.git
                git push -q -u origin main
                git remote set-head origin main",
            ),
            all => self.call(all, Some(0)).map(|_| ()),
        }
    }

    fn here(&self, path: &str) -> PathBuf {
        self.cwd.borrow().join(path)
    }

    fn write(&self, path: &str, text: &str) -> Result<(), String> {
        let path = self.here(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("{text}\n")).map_err(|error| error.to_string())
    }

    fn commit(&self, name: &str, message: &str) -> Result<(), String> {
        self.write(&format!("src/{name}.txt"), name)?;
        self.record(message)
    }

    fn record(&self, message: &str) -> Result<(), String> {
        self.call(&["git", "add", "-A"], Some(0))?;
        self.call(&["git", "commit", "-qm", message], Some(0)).map(|_| ())
    }

    // What a command prints, without the last line end; an error when it ends otherwise than expected.
    fn call(&self, words: &[&str], status: Option<i32>) -> Result<String, String> {
        let named = words.iter().take_while(|word| is_variable(word)).count();
        let set: Vec<(&str, &str)> = words[..named].iter().filter_map(|word| word.split_once('=')).collect();
        let output = match &words[named..] {
            ["git", args @ ..] => self.run("git", &set, args),
            ["track", args @ ..] => self.run(env!("CARGO_BIN_EXE_git-track"), &set, args),
            _ => return Err("no such word".to_owned()),
        };
        let said = text(&output).trim_end().to_owned();
        if output.status.code() == status { Ok(said) } else { Err(format!("{:?}: {said}", output.status)) }
    }

    fn run(&self, program: &str, set: &[(&str, &str)], args: &[&str]) -> Output {
        let mut vars = self.repo.vars();
        let clock = vars[std::ffi::OsStr::new("GIT_COMMITTER_DATE")].to_str().unwrap().to_owned();
        let clock: i64 = clock.trim_start_matches('@').split(' ').next().unwrap().parse().unwrap();
        let now = Time::from_seconds(clock + self.days.get() * 86_400).to_string();
        vars.insert("GIT_TRACK_NOW".into(), now.into());
        vars.extend(set.iter().map(|(name, value)| (name.into(), value.into())));
        let mut call = std::process::Command::new(program);
        call.current_dir(&*self.cwd.borrow()).env_clear().envs(vars).args(args);
        call.stdin(std::process::Stdio::null()).output().unwrap()
    }

    /// Runs the program where the scene ended.
    pub(crate) fn track(&self, args: &[&str]) -> Output {
        self.run(env!("CARGO_BIN_EXE_git-track"), &[], args)
    }

    /// The one document that the program prints and its exit status; what it said when there is none.
    pub(crate) fn ask(&self, args: &[&str]) -> Result<(Value, i32), String> {
        let output = self.track(args);
        let document =
            serde_json::from_slice(&output.stdout).map_err(|_| format!("{args:?}: {}", text(&output)))?;
        Ok((document, output.status.code().unwrap_or(-1)))
    }

    /// What git prints where the scene ended.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.call(&[&["git"], args].concat(), Some(0)).unwrap()
    }

    /// Whether git says yes where the scene ended.
    pub(crate) fn is(&self, args: &[&str]) -> bool {
        self.run("git", &[], args).status.success()
    }
}

fn is_variable(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
}

// The words of a line; what stands in single quotes is one, two of them are one there, and `\n` ends a line.
fn words(line: &str) -> Vec<String> {
    let line = line.replace("\\n", "\n");
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    let mut left = line.chars().peekable();
    while let Some(c) = left.next() {
        match c {
            '\'' if quoted && left.next_if_eq(&'\'').is_some() => word.get_or_insert_default().push(c),
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

// The files of the plan as the program writes them, made once.
fn plan() -> &'static [(PathBuf, Vec<u8>)] {
    static PLAN: OnceLock<Vec<(PathBuf, Vec<u8>)>> = OnceLock::new();
    PLAN.get_or_init(|| {
        let yard = Yard::empty(&[]);
        yard.play(
            "track init --profile program
            track new program Plan --id-slug plan
            track add batch Login
            track add batch Search
            track start batch-1",
        )
        .unwrap();
        let top = yard.repo.path();
        files(top, &|path| !path.starts_with(top.join(".git")))
    })
}

/// All files below a directory that are wanted, with their bytes, by their path from there.
pub(crate) fn files(top: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut found, mut left) = (Vec::new(), vec![top.to_owned()]);
    while let Some(dir) = left.pop() {
        for path in std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            if !wanted(&path) {
                continue;
            }
            if path.is_dir() && !path.is_symlink() {
                left.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap_or_default();
                found.push((path.strip_prefix(top).unwrap().to_owned(), bytes));
            }
        }
    }
    found.sort();
    found
}
