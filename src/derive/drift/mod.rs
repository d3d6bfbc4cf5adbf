//! Where what is declared differs from what git knows.

mod code;

use crate::error::nearest;
use crate::model::facts::CommitId;
use crate::model::landing::Gap;
use crate::model::state::State;
use crate::model::time::Time;

use super::board::{Board, Node, Thing};
use super::shell;
use super::stage::{Stage, Standing, Stray, StrayKind};
use super::words::several;
use super::world::{Spot, World};

pub use code::{Code, Weight};

/// The seconds of a day.
const DAY: i64 = 86_400;

/// A difference between what is declared and what git knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// What sort of difference.
    pub code: Code,
    /// How grave it is.
    pub weight: Weight,
    /// The item; `None` where it is about a branch or a commit.
    pub spot: Option<Spot>,
    /// The item with its workflow, the branch or the commit.
    pub reference: String,
    /// What differs, in one line.
    pub message: String,
    /// The command that helps, where there is one.
    pub command: Option<String>,
    /// The last commit that it is about.
    pub at: Option<CommitId>,
    /// What an acceptance of it is bound to: everything that it is about, in short; empty: it cannot be accepted.
    pub about: String,
    /// Why somebody let it stand at that commit.
    pub accepted: Option<String>,
}

/// What is known about an item besides its standing.
pub struct Seen<'a> {
    /// The name of the base.
    pub base: &'a str,
    /// This moment.
    pub now: Time,
    /// After how many days work in progress is stale.
    pub stale_days: u32,
    /// A branch of the item that is gone, and where it stood last, as far as this clone remembers.
    pub gone: Option<(&'a str, &'a CommitId)>,
    /// A worktree of the item where something is not committed.
    pub tree: Option<&'a str>,
}

/// The differences of one item.
pub fn of_item(
    world: &World,
    spot: Spot,
    standing: &Standing,
    seen: &Seen,
    landed: &dyn Fn(Spot) -> bool,
) -> Vec<Drift> {
    let board = world.board(spot);
    let node = board.node(spot.place);
    if spot.place == 0 || node.is_derived() || node.state == State::Dropped {
        return Vec::new();
    }
    let of = Of { world, spot, node, standing, seen };
    // Most items of a large plan: there is nothing in git, and nobody says otherwise.
    let nothing = standing.stage == Stage::Queued && node.state != State::Done;
    let declared = if nothing { None } else { of.declared() };
    let mut found: Vec<Drift> =
        [declared, of.missing(), of.stale(), of.dirty(), of.blocked()].into_iter().flatten().collect();
    found.extend(of.before_its_needs(landed));
    found.extend(of.undecided());
    for drift in &mut found {
        drift.accepted = accepted(node, drift);
    }
    found
}

/// When what is said of work that is in progress changes only because time passes, in seconds since 1970.
///
/// `now` is this moment and after how many days work is stale.
pub fn older_at(
    world: &World,
    spot: Spot,
    standing: &Standing,
    (now, stale_days): (Time, u32),
) -> Option<i64> {
    let last = last_commit(world, spot, standing)?;
    let days = ((now.seconds() - last) / DAY).max(i64::from(stale_days));
    Some(last.saturating_add((days + 1) * DAY))
}

// The last commit of work that is in progress, here and by git.
fn last_commit(world: &World, spot: Spot, standing: &Standing) -> Option<i64> {
    if world.board(spot).node(spot.place).state != State::Active || !standing.stage.is_under_way() {
        return None;
    }
    standing.commits.iter().map(|work| work.committed).max()
}

fn accepted(node: &Node, drift: &Drift) -> Option<String> {
    let (_, acceptance) = node.item.drift.iter().find(|(code, _)| code.as_str() == drift.code.word())?;
    (!drift.about.is_empty() && acceptance.on == drift.about).then(|| acceptance.why.clone())
}

struct Of<'w, 'a> {
    world: &'w World<'a>,
    spot: Spot,
    node: &'w Node<'a>,
    standing: &'w Standing,
    seen: &'w Seen<'w>,
}

impl Of<'_, '_> {
    fn me(&self) -> String {
        self.world.refer(self.spot.board, self.node.id)
    }

    fn drift(&self, code: Code, message: String, command: Option<String>) -> Drift {
        let board = self.world.board(self.spot);
        Drift {
            code,
            weight: code.weight(),
            spot: Some(self.spot),
            reference: format!("{}:{}", board.workflow.id, self.node.id),
            message,
            command,
            at: self.standing.mark.clone(),
            about: self.about(code),
            accepted: None,
        }
    }

    fn about(&self, code: Code) -> String {
        let commit = |id: Option<&CommitId>| id.map(|id| id.short().to_owned()).unwrap_or_default();
        match code {
            // Other files are another matter, and nobody sees which.
            Code::D13 => String::new(),
            Code::D03 | Code::D06 | Code::D14 => {
                let pending = &self.standing.pending;
                let latest = pending.iter().max_by_key(|work| (work.committed, &work.id));
                format!("{}+{}", commit(latest.map(|work| &work.id)), pending.len())
            }
            Code::D09 => self.node.item.needs.join(","),
            _ => commit(self.standing.mark.as_ref()),
        }
    }

    // Whether somebody took it up again after it had landed: what landed before says nothing about that.
    fn is_taken_up_again(&self) -> bool {
        let reopened =
            self.node.item.notes.values().filter(|note| note.is_reopening()).filter_map(|note| note.at);
        let landed = self.standing.landed_at();
        reopened.max().zip(landed).is_some_and(|(at, landed)| landed <= at.seconds())
    }

    // The declared state against the stage.
    fn declared(&self) -> Option<Drift> {
        let (me, base, stage) = (self.me(), self.seen.base, self.standing.stage);
        let label = self.world.label(self.spot).to_lowercase();
        match (self.node.state, stage) {
            (
                State::Todo,
                Stage::Started | Stage::InProgress | Stage::Pushed | Stage::InReview | Stage::Partly,
            ) => {
                let what = match stage {
                    Stage::Started => "its branch is there",
                    Stage::Partly => "a part of it landed",
                    _ => "work on it began",
                };
                let command = format!("git track start {me}");
                Some(self.drift(Code::D01, format!("declared {label}, but {what}"), Some(command)))
            }
            (_, Stage::Landed | Stage::Released) if self.is_taken_up_again() => None,
            (State::Todo | State::Active | State::Review, Stage::Landed | Stage::Released) => {
                let whence = self.landed_with();
                let command = Some(format!("git track sync {me} --apply"));
                Some(self.drift(
                    Code::D02,
                    format!("declared {label}, but it landed on {base}{whence}"),
                    command,
                ))
            }
            (State::Done, Stage::InProgress | Stage::Pushed | Stage::InReview) => {
                // What is not even committed is told by itself.
                let waiting = self.waiting()?;
                let message = format!("declared {label}, but {waiting} not on {base}");
                Some(self.drift(Code::D03, message, Some(reopen(&me))))
            }
            (State::Done, Stage::Unknown) => {
                let why = self.standing.gap.map_or("there is no base to look at", Gap::words);
                let command = match self.standing.gap {
                    Some(Gap::Missing) => None,
                    Some(Gap::Shallow) => Some("git fetch --unshallow".to_owned()),
                    None => Some("git track config set base NAME".to_owned()),
                };
                Some(self.drift(Code::D04, format!("declared {label}, but {why}"), command))
            }
            (State::Done, Stage::Queued | Stage::Started) => {
                let message = format!("declared {label}, but nothing on {base} names it");
                Some(self.drift(Code::D04, message, Some(format!("git track why {me} --git"))))
            }
            (State::Done, Stage::Reverted) => {
                let by = self.standing.evidence.iter().find_map(|evidence| evidence.undone.as_ref());
                let by = by.map(|by| format!(" by {}", by.short())).unwrap_or_default();
                let message = format!("declared {label}, but it was taken back{by}");
                Some(self.drift(Code::D05, message, Some(reopen(&me))))
            }
            (State::Done, Stage::Partly) => {
                let what = self.waiting().unwrap_or_else(|| "more waits".to_owned());
                let message = format!("declared {label} and partly landed, but {what} not on {base}");
                Some(self.drift(Code::D06, message, Some(reopen(&me))))
            }
            _ => None,
        }
    }

    fn landed_with(&self) -> String {
        let with = self.standing.last_landing().map(|landing| format!(" with {}", landing.commit.short()));
        let version = self.standing.version.as_ref().map(|version| format!(", in {version}"));
        format!("{}{}", with.unwrap_or_default(), version.unwrap_or_default())
    }

    fn waiting(&self) -> Option<String> {
        let branch = self.standing.main.as_ref().map_or("its branch", |main| main.name.as_str());
        let count = self.standing.pending.len();
        let verb = if count == 1 { "is" } else { "are" };
        (count > 0).then(|| format!("{} of {branch} {verb}", several(count, "commit")))
    }

    fn missing(&self) -> Option<Drift> {
        let running = matches!(self.node.state, State::Active | State::Review);
        let declared = self.node.item.branch.as_deref();
        let gone = self.seen.gone;
        let name = declared.or(gone.map(|(name, _)| name))?;
        if !running || self.standing.stage != Stage::Queued || self.standing.main.is_some() {
            return None;
        }
        let command = match gone.filter(|(gone, _)| *gone == name) {
            Some((name, commit)) => format!("git branch {} {}", shell::word(name), commit.short()),
            None => format!("git switch -c {}", shell::word(name)),
        };
        let label = self.world.label(self.spot).to_lowercase();
        let message = format!("declared {label}, but there is no branch {name} and nothing landed");
        Some(self.drift(Code::D07, message, Some(command)))
    }

    fn stale(&self) -> Option<Drift> {
        let last = last_commit(self.world, self.spot, self.standing)?;
        let days = (self.seen.now.seconds() - last) / DAY;
        let command = Some(format!("git track show {}", self.me()));
        (days > i64::from(self.seen.stale_days)).then(|| {
            self.drift(Code::D08, format!("in progress, but the last commit is {days} days old"), command)
        })
    }

    fn dirty(&self) -> Option<Drift> {
        if self.node.state != State::Done || self.standing.dirty != Some(true) {
            return None;
        }
        let message = "declared done, but a worktree of its branch has changes that are not committed";
        let there = self.seen.tree.map(|tree| format!("git -C {} status", shell::word(tree)));
        Some(self.drift(Code::D13, message.to_owned(), there))
    }

    fn blocked(&self) -> Option<Drift> {
        if self.node.state.is_closed() {
            return None;
        }
        let since = self.node.item.open_blockers().filter_map(|(_, blocker)| blocker.since).min()?;
        let later = |time: i64| time > since.seconds();
        let count = self.standing.pending.iter().filter(|work| later(work.committed)).count();
        let (id, _) = self.node.item.open_blockers().next()?;
        let command = Some(format!("git track unblock {}.{id}", self.me()));
        let commits = several(count, "commit");
        (count > 0).then(|| {
            self.drift(Code::D14, format!("declared blocked, but its branch has {commits} since"), command)
        })
    }

    fn before_its_needs(&self, landed: &dyn Fn(Spot) -> bool) -> Vec<Drift> {
        if !self.standing.stage.is_landed() {
            return Vec::new();
        }
        let late =
            self.node.item.needs.iter().filter(|need| match self.world.resolve_need(self.spot.board, need) {
                Some((board, Thing::Item(place))) => {
                    let needed = self.world.board(Spot { board, place }).node(place);
                    let out = needed.state == State::Dropped || needed.is_derived();
                    !out && needed.state != State::Done && !landed(Spot { board, place })
                }
                _ => false,
            });
        let told = |need: &String| {
            let message = format!("landed, but {need}, which it needs, did not");
            self.drift(Code::D09, message, Some(format!("git track why {need} --git")))
        };
        late.map(told).collect()
    }

    fn undecided(&self) -> Option<Drift> {
        let begun = !matches!(self.standing.stage, Stage::Queued | Stage::Unknown);
        let undecided = self.world.undecided(self.spot).filter(|_| begun)?;
        Some(self.drift(Code::D15, format!("begun, but {}", undecided.reason), undecided.command))
    }
}

fn reopen(me: &str) -> String {
    format!("git track reopen {me} -m \"why\"")
}

/// A branch that fits several items, with the words of the error that says so.
pub fn ambiguous(branch: &str, message: &str, command: Option<String>) -> Drift {
    let reference = branch.to_owned();
    about(Code::D10, reference, message.to_owned(), command)
}

/// The base is not there, so that nothing that is done can be found.
pub fn no_base(base: &str, trouble: &str) -> Drift {
    let command = Some("git track config set base NAME".to_owned());
    let mut drift = about(Code::D04, base.to_owned(), trouble.to_owned(), command);
    drift.weight = Weight::Warning;
    drift
}

/// A branch that is named like an item's, but names none.
pub fn nameless(branch: &str, like: Option<&str>) -> Drift {
    let meant = like.map(|id| format!("; is it {id}?")).unwrap_or_default();
    let message = format!("named like the branch of an item, but no item is called so{meant}");
    about(
        Code::D12,
        branch.to_owned(),
        message,
        like.map(|id| format!("git track set {id} branch={}", shell::word(branch))),
    )
}

fn ids<'w>(world: &'w World) -> impl Iterator<Item = &'w str> {
    let open = world.boards.iter().filter(|board| !board.root().state.is_closed());
    open.flat_map(Board::nodes).map(|(_, node)| node.id.as_str())
}

/// What is wrong with a name in a trailer. What is on the base cannot be mended any more, so that it is only noted.
pub fn stray(world: &World, stray: &Stray, on_base: bool) -> Drift {
    let (code, message) = match &stray.kind {
        StrayKind::Unknown => {
            let word = stray.text.rsplit(':').next().unwrap_or(&stray.text);
            let like = nearest(word, ids(world)).map(|id| format!("; is it {id}?")).unwrap_or_default();
            (Code::D11, format!("names `{}`, which no item is called{like}", stray.text))
        }
        StrayKind::Ambiguous(fits) => {
            (Code::D10, format!("names `{}`, which fits {}", stray.text, fits.join(" and ")))
        }
    };
    let mut drift = about(
        code,
        stray.commit.short().to_owned(),
        message,
        Some(format!("git show -s {}", stray.commit.short())),
    );
    if on_base {
        drift.weight = Weight::Note;
    }
    drift
}

fn about(code: Code, reference: String, message: String, command: Option<String>) -> Drift {
    Drift {
        code,
        weight: code.weight(),
        spot: None,
        reference,
        message,
        command,
        at: None,
        about: String::new(),
        accepted: None,
    }
}
