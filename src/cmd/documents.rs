//! Rendered documents: made from a snapshot, compared with the files, written together with the state.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::derive::board::Board;
use crate::derive::world::World;
use crate::documents::bytes::{bare, headed, whole};
use crate::documents::parts::part;
use crate::documents::sheets::{Sheet, is_open, sheets};
use crate::documents::values::{of_process, of_workflow};
use crate::error::{Error, Result};
use crate::model::document::On;
use crate::model::edit::{Edit, Root};
use crate::model::facts::Changed;
use crate::model::id::Id;
use crate::model::path::RepoPath;
use crate::model::workflow::Workflow;
use crate::render::{self, Bounds};
use crate::rules::Stale;
use crate::store::{At, CONFIG, Snapshot, Store};
use crate::ui::{Line, Style};

use super::confined;
use super::context::Context;
use super::draft::Draft;
use super::session::{self, Session};
use super::write::Deciding;

/// How many workflows are looked at for their documents on every occasion: what takes long is left to `render --check`.
pub(super) const LOOKED_AT: usize = 20;

/// The largest file that a document is looked for in, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Renders the templates of one version of the repository.
pub(super) struct Renderer<'a> {
    pub context: &'a Context,
    pub store: &'a Store,
    pub at: &'a At,
}

/// How a document compares with its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It says what it should.
    Fresh,
    /// It says something else.
    Stale,
    /// It is not there.
    Missing,
    /// Somebody writes it by hand, as its process allows.
    ByHand,
    /// Somebody else's file is in its place.
    Foreign,
}

impl Standing {
    /// The word on screen and in `--json`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Missing => "missing",
            Self::ByHand => "by hand",
            Self::Foreign => "in the way",
        }
    }

    /// Whether `render` would change the file.
    pub(super) fn is_behind(self) -> bool {
        matches!(self, Self::Stale | Self::Missing)
    }
}

impl Renderer<'_> {
    /// The text of a template of a process.
    pub(super) fn text(&self, profile: &Id, template: &str, value: &Value) -> Result<String> {
        let bundle = self.store.templates(self.at, profile, template)?;
        if bundle.own.is_empty() {
            return render::render(&bundle.templates, template, value, Bounds::Own);
        }
        let trusted = self.store.trusted()?;
        let unknown = bundle.own.iter().filter(|own| !trusted.contains(&own.id));
        let unknown: Vec<&str> = unknown.map(|own| own.name.as_str()).collect();
        if !unknown.is_empty() {
            let error = Error::refused(format!("the template {} is not trusted here", unknown.join(", ")));
            return Err(error
                .note("it comes from the repository and has not been looked at")
                .hint("git track trust"));
        }
        confined::render(self.context, &bundle.templates, template, value)
    }

    /// The bytes of a file of the version.
    fn file(&self, path: &RepoPath) -> Result<Option<Vec<u8>>> {
        match self.at {
            At::WorkTree => self.store.files.read(Root::WorkTree, path, LARGEST),
            At::Index | At::Commit(_) => self.store.read(self.at, path),
        }
    }

    /// What a document should say, without the marks or the header of its file.
    pub(super) fn body(&self, world: &World, sheet: &Sheet) -> Result<String> {
        let mut value = match sheet.boards.as_slice() {
            [board] if sheet.of_one => of_workflow(world, *board),
            boards => of_process(world, boards),
        };
        if let Some(map) = value.as_object_mut() {
            map.insert("document".to_owned(), about(sheet));
        }
        self.text(sheet.profile, sheet.template, &value)
            .map_err(|error| error.context(format!("{} cannot be rendered", sheet.path)))
    }

    /// A document as it is printed: what its file says, without the marks of a part.
    pub(super) fn printed(&self, world: &World, sheet: &Sheet) -> Result<String> {
        let body = self.body(world, sheet)?;
        let with_header = sheet.document.header && !sheet.document.block;
        Ok(if with_header { headed(&sheet.source(world), &body) } else { body })
    }
}

/// The bytes of a file before and after; none: there is no file.
type Planned = (Option<Vec<u8>>, Option<Vec<u8>>);

/// Files as they are to be, several parts of one put in one after the other.
#[derive(Default)]
pub(super) struct Desk {
    files: BTreeMap<RepoPath, Planned>,
    /// The files as they were read.
    read: Vec<(RepoPath, Option<Vec<u8>>)>,
}

impl Desk {
    /// Puts a document into its file, unless that is somebody else's; says how it was before.
    ///
    /// `before`: the state before, by whose document an old file is known.
    pub(super) fn put(
        &mut self,
        renderer: &Renderer,
        (world, before): (&World, Option<&World>),
        sheet: &Sheet,
    ) -> Result<Standing> {
        let body = renderer.body(world, sheet)?;
        let file = match self.files.get(&sheet.path) {
            Some((_, planned)) => planned.clone(),
            None => {
                let file = renderer.file(&sheet.path)?;
                self.read.push((sheet.path.clone(), file.clone()));
                file
            }
        };
        let source = sheet.source(world);
        let after = if sheet.document.block {
            let heading = render::inline(&sheet.heading(world));
            let after = part(file.as_deref(), &body, &sheet.mark(world), (&source, &heading));
            Some(after.map_err(|error| error.context(format!("{} cannot be rendered into", sheet.path)))?)
        } else if sheet.document.header {
            whole(file.as_deref(), &headed(&source, &body))
        } else {
            bare(file.as_deref(), &body, &sheet.names(world), || renderer.body(before?, sheet).ok())
        };
        let Some(after) = after else {
            return Ok(if is_of_a_kind(world, sheet) { Standing::ByHand } else { Standing::Foreign });
        };
        let standing = match &file {
            None => Standing::Missing,
            Some(file) if same(file, &after) => return Ok(Standing::Fresh),
            Some(_) => Standing::Stale,
        };
        let first = file.clone();
        self.files.entry(sheet.path.clone()).or_insert((first, None)).1 = Some(after);
        Ok(standing)
    }

    /// The edits that write what was put down.
    pub(super) fn edits(self) -> Vec<Edit> {
        let edit =
            |(path, (before, after))| Edit { root: Root::WorkTree, path, before, after, executable: false };
        self.files.into_iter().map(edit).collect()
    }
}

// Where the document itself is, and the way from its folder to the top of the work tree, for links.
fn about(sheet: &Sheet) -> Value {
    let up = "../".repeat(sheet.path.components().count().saturating_sub(1));
    json!({ "name": sheet.name, "title": sheet.document.title, "path": sheet.path, "up": up })
}

// A checkout may end lines in another way than the repository.
fn same(file: &[u8], wanted: &[u8]) -> bool {
    let plain = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    file == wanted || plain(file) == plain(wanted)
}

fn is_of_a_kind(world: &World, sheet: &Sheet) -> bool {
    let board = sheet.boards.first().and_then(|&board| world.boards.get(board));
    board.is_some_and(|board| board.profile.kinds.values().any(|kind| kind.documents.contains(sheet.name)))
}

/// The documents that are written together with a change of the state; what stands in their way is said, and stops
/// nothing.
pub(super) fn kept_with(deciding: &Deciding, draft: &Draft) -> Vec<Edit> {
    let here = deciding.session;
    let renderer = Renderer { context: deciding.context, store: &here.store, at: &here.snapshot.at };
    let on_base = here.is_on_base();
    let changed: Vec<&Id> = draft.changed().map(|workflow: &Workflow| &workflow.id).collect();
    if changed.is_empty() {
        return Vec::new();
    }
    let world = draft.world();
    let touched = |board: &Board| changed.contains(&&board.workflow.id);
    let kept = match sheets(&world, touched) {
        Ok(sheets) => sheets,
        Err(error) => {
            warn(deciding.context, &error.to_string());
            return Vec::new();
        }
    };
    let before = session::world(draft.snapshot);
    // Nobody renders them once their workflow is closed: not the base branch, either.
    let closes = |sheet: &Sheet| {
        let own = sheet.of_one && sheet.document.on != On::Never;
        own && is_closed(&world, &world, sheet) && !is_closed(&before, &world, sheet)
    };
    let kept = kept.into_iter();
    let kept = kept.filter(|sheet| (sheet.is_kept(on_base) || closes(sheet)) && sheet.is_wanted(&world));
    let mut desk = Desk::default();
    let mut failed = Vec::new();
    for sheet in kept {
        match desk.put(&renderer, (&world, Some(&before)), &sheet) {
            Ok(Standing::Foreign) => {
                let line = format!("{} is not rendered by git-track and stays as it is", sheet.path);
                warn(deciding.context, &line);
            }
            Ok(_) => {}
            Err(error) => failed.push((sheet.path, error)),
        }
    }
    for (message, error) in gathered(&failed) {
        let place = error.place().map(|at| format!("{at}: ")).unwrap_or_default();
        warn(deciding.context, &format!("{place}{message}"));
    }
    let edits = desk.edits();
    for edit in &edits {
        let after = edit.after.as_deref().unwrap_or_default();
        draft.snapshot.pages.expect(edit.path.clone(), here.store.foresee(&edit.path, after));
    }
    edits
}

/// Failures by what went wrong: several documents, or parts of one, may fail in the same way. Each with what is said of all
/// of them, and the first.
pub(super) fn gathered(failed: &[(RepoPath, Error)]) -> Vec<(String, &Error)> {
    let mut groups: Vec<(&str, &Error, Vec<&RepoPath>)> = Vec::new();
    for (path, error) in failed {
        let why = error.message().strip_prefix(path.as_str()).unwrap_or(error.message());
        let same =
            |group: &&mut (&str, &Error, Vec<&RepoPath>)| group.0 == why && group.1.place() == error.place();
        match groups.iter_mut().find(same) {
            Some((.., paths)) if paths.contains(&path) => {}
            Some((.., paths)) => paths.push(path),
            None => groups.push((why, error, vec![path])),
        }
    }
    let groups = groups.into_iter().map(|(why, error, paths)| match paths.as_slice() {
        [first, more @ ..] if !more.is_empty() => (format!("{first} and {} more{why}", more.len()), error),
        _ => (error.message().to_owned(), error),
    });
    groups.collect()
}

fn warn(context: &Context, line: &str) {
    context.remark(Line::new().add(Style::Warn, "warning:").plain(" ").plain(line));
}

// Whether the workflow of a document is closed in another version of the state.
fn is_closed(there: &World, world: &World, sheet: &Sheet) -> bool {
    let board = sheet.boards.first().and_then(|&board| world.boards.get(board));
    let known = board.and_then(|board| Some(there.find(&board.workflow.id)?.1));
    known.is_some_and(|board| !is_open(board))
}

/// Documents whose files do not say what they should.
#[derive(Default)]
pub(super) struct Behind {
    /// The name of its mark, where it is, how it stands.
    pub stale: Vec<(String, RepoPath, Standing)>,
    /// What cannot be rendered, and why.
    pub failed: Vec<(RepoPath, Error)>,
    /// The files that were compared, as they were.
    pub read: Vec<(RepoPath, Option<Vec<u8>>)>,
}

/// What of some workflows is out of date; `None`: there are too many to look at all of them on every occasion.
pub(super) fn behind(context: &Context, here: &Session, world: &World, boards: &[usize]) -> Option<Behind> {
    if boards.len() > LOOKED_AT {
        return None;
    }
    let renderer = Renderer { context, store: &here.store, at: &here.snapshot.at };
    let named: Vec<&Id> =
        boards.iter().filter_map(|&index| Some(&world.boards.get(index)?.workflow.id)).collect();
    let own = |board: &Board| here.snapshot.is_here(&board.workflow.id);
    let wanted = |board: &Board| named.contains(&&board.workflow.id) && own(board);
    let sheets = sheets(world, wanted)
        .ok()?
        .into_iter()
        .filter(|sheet| sheet.document.on != On::Never && sheet.is_wanted(world));
    let (mut desk, mut found, on_base) = (Desk::default(), Behind::default(), here.is_on_base());
    for sheet in sheets {
        match desk.put(&renderer, (world, None), &sheet) {
            // What is written on the base branch only need not be there elsewhere.
            Ok(standing @ (Standing::Stale | Standing::Foreign)) => {
                found.stale.push((sheet.mark(world), sheet.path.clone(), standing));
            }
            Ok(standing) if standing.is_behind() && sheet.is_kept(on_base) => {
                found.stale.push((sheet.mark(world), sheet.path.clone(), standing));
            }
            Ok(_) => {}
            Err(error) => found.failed.push((sheet.path.clone(), error)),
        }
    }
    found.read = desk.read;
    Some(found)
}

/// Where documents are compared with the state.
#[derive(Clone, Copy)]
pub(super) struct Where {
    /// Whether that is the branch that work lands on.
    pub on_base: bool,
}

/// The documents of a version that do not say what its state says; of a change only those that it touches, by their
/// file or by the state that they are rendered from.
pub(super) fn drifted(
    context: &Context,
    store: &Store,
    snapshot: &Snapshot,
    world: &World,
    files: &[Changed],
    Where { on_base }: Where,
) -> Result<Vec<Stale>> {
    let touched = |path: &str| files.is_empty() || files.iter().any(|file| file.path == path);
    let of_board = |board: &Board| touched(&crate::documents::sheets::source(board));
    let concerned = |sheet: &Sheet| {
        let mut boards = sheet.boards.iter().filter_map(|&board| world.boards.get(board));
        touched(sheet.path.as_str()) || boards.any(of_board)
    };
    let renderer = Renderer { context, store, at: &snapshot.at };
    let (mut desk, mut found) = (Desk::default(), Vec::new());
    // What is rendered of a workflow is written where that lives.
    let sheets = match sheets(world, |board| snapshot.is_here(&board.workflow.id)) {
        Ok(sheets) => sheets.into_iter(),
        // Two documents want one place: neither can be right, and whoever commits need not know of them.
        Err(error) => {
            let (path, source) = (RepoPath::parse(CONFIG)?, CONFIG.to_owned());
            return Ok(vec![Stale { path, source, kept: false, failed: Some(error.to_string()) }]);
        }
    };
    for sheet in
        sheets.filter(|sheet| sheet.document.on != On::Never && sheet.is_wanted(world) && concerned(sheet))
    {
        let (kept, path) = (sheet.is_kept(on_base), sheet.path.clone());
        let failed = match desk.put(&renderer, (world, None), &sheet) {
            Ok(Standing::Stale) => None,
            Ok(Standing::Missing) if kept => None,
            Ok(_) => continue,
            Err(error) => Some(error.to_string()),
        };
        found.push(Stale { path, source: sheet.source(world), kept, failed });
    }
    Ok(found)
}
