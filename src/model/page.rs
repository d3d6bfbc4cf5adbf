//! Files that a process looks at: whether they are there, what they say, and what a judgement about them rests on.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::document::Logs;
use super::location::{Found, Location};
use super::path::RepoPath;
use super::suite::Checkout;
use super::title::{plain_title, plain_words};

/// A file as far as a process looks at it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The short id of its bytes; `None`: it is there, but too large to be bound to, or no file.
    pub on: Option<String>,
    /// How many lines it has.
    pub lines: usize,
    /// The front matter of a document; empty where there is none.
    pub front: Map<String, Value>,
    /// Why the front matter cannot be read.
    pub unreadable: Option<String>,
    /// The headings of a document with what stands below them.
    pub sections: Vec<Section>,
    /// What a document says, front matter included, line by line as [`plain_words`].
    pub text: Vec<String>,
}

/// A heading of a document and what stands below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The heading in its plain form: without case, numbering and signs.
    pub title: String,
    /// Whether anything but placeholders stands below it.
    pub filled: bool,
    /// The points that it lists, placeholders left out, each on one line and without markup.
    pub points: Vec<String>,
}

/// Something that is asked about a part of the repository.
pub type Question<Q, A> = Box<dyn Fn(&Q) -> A>;

/// Something that is asked about the logs of a workflow of this name.
pub type Named = Box<dyn Fn(&Logs, &str) -> bool>;

/// Where the answers of [`Pages`] come from.
pub struct Sources {
    /// One file; `None`: there is none.
    pub read: Question<RepoPath, Option<Page>>,
    /// The files at or below a folder, without those that are ignored and the state.
    pub below: Question<RepoPath, Vec<RepoPath>>,
    /// The short id of everything that is committed but the state and these files; `None`: git cannot say it.
    pub tree: Question<BTreeSet<RepoPath>, Option<String>>,
    /// The same of everything that this version holds, staged or committed.
    pub content: Question<BTreeSet<RepoPath>, Option<String>>,
    /// All work trees of the repository; `None`: this version is not one that anybody works in.
    pub checkouts: Box<dyn Fn() -> Option<Vec<Checkout>>>,
    /// Whether what is checked out has everything of the branch of this name; `None`: there is no such branch, or nobody
    /// works in this version.
    pub holds: Question<str, Option<bool>>,
    /// The short id of some bytes.
    pub digest: Question<[u8], Option<String>>,
    /// Whether the logs of a process are there for a workflow of this name.
    pub logged: Named,
    /// What stands at a location.
    pub located: Question<Location, Found>,
}

/// The files of one version of the repository, each read when it is first asked for, and once.
pub struct Pages {
    sources: Sources,
    /// What stands for `{name}` in the paths of documents, as the team decided; the process has defaults.
    pub places: BTreeMap<String, RepoPath>,
    seen: RefCell<HashMap<RepoPath, Option<Rc<Page>>>>,
    whole: RefCell<BTreeMap<BTreeSet<RepoPath>, Option<String>>>,
    content: RefCell<BTreeMap<BTreeSet<RepoPath>, Option<String>>>,
    checkouts: OnceCell<Option<Vec<Checkout>>>,
    values: RefCell<HashMap<Location, Found>>,
    rendered: OnceCell<Listing>,
    asked: Cell<bool>,
}

/// A list of files that is made when it is first asked for.
type Listing = Box<dyn Fn() -> BTreeSet<RepoPath>>;

impl Pages {
    /// Pages that come from these sources.
    pub fn new(sources: Sources, places: BTreeMap<String, RepoPath>) -> Self {
        Self {
            sources,
            places,
            seen: RefCell::default(),
            whole: RefCell::default(),
            content: RefCell::default(),
            checkouts: OnceCell::new(),
            values: RefCell::default(),
            rendered: OnceCell::new(),
            asked: Cell::new(false),
        }
    }

    /// No files at all.
    pub fn none() -> Self {
        let sources = Sources {
            read: Box::new(|_| None),
            below: Box::new(|_| Vec::new()),
            tree: Box::new(|_| None),
            content: Box::new(|_| None),
            checkouts: Box::new(|| None),
            holds: Box::new(|_| None),
            digest: Box::new(|_| None),
            logged: Box::new(|_, _| false),
            located: Box::new(|_| Found::NoFile),
        };
        Self::new(sources, BTreeMap::new())
    }

    /// The files that were asked for, and what they said.
    pub fn seen(&self) -> Vec<(RepoPath, Option<Rc<Page>>)> {
        self.seen.borrow().iter().map(|(path, page)| (path.clone(), page.clone())).collect()
    }

    /// Whether an answer rests on more than [`Pages::seen`] and what is committed: on lists of files, logs, locations.
    pub fn rest_on_more(&self) -> bool {
        self.asked.get()
    }

    /// A file; `None`: there is none.
    pub fn page(&self, path: &RepoPath) -> Option<Rc<Page>> {
        if let Some(known) = self.seen.borrow().get(path) {
            return known.clone();
        }
        let read = (self.sources.read)(path).map(Rc::new);
        self.seen.borrow_mut().insert(path.clone(), read.clone());
        read
    }

    /// Whether a file is there.
    pub fn exists(&self, path: &RepoPath) -> bool {
        self.page(path).is_some()
    }

    /// Takes a file as it is about to be written for what is there.
    ///
    /// The state after a plan is judged before anything of it is written.
    pub fn expect(&self, path: RepoPath, page: Page) {
        self.seen.borrow_mut().insert(path, Some(Rc::new(page)));
    }

    /// The files at or below a folder, without those that are ignored and the state.
    pub fn below(&self, folder: &RepoPath) -> Vec<RepoPath> {
        self.asked.set(true);
        (self.sources.below)(folder)
    }

    /// Says which files are rendered from the state, as soon as the state is known.
    pub fn know_rendered(&self, listing: impl Fn() -> BTreeSet<RepoPath> + 'static) {
        // The first answer counts: it is about the same version as everything else here.
        let _ = self.rendered.set(Box::new(listing));
    }

    /// The files that are rendered from the state, in whole or in part.
    pub fn rendered(&self) -> BTreeSet<RepoPath> {
        self.rendered.get().map(|listing| listing()).unwrap_or_default()
    }

    /// The short id of everything that is committed but the state and these files; `None`: git cannot say it.
    pub fn tree(&self, but: BTreeSet<RepoPath>) -> Option<String> {
        if let Some(known) = self.whole.borrow().get(&but) {
            return known.clone();
        }
        let found = (self.sources.tree)(&but);
        self.whole.borrow_mut().insert(but, found.clone());
        found
    }

    /// The short id of everything that this version holds but the state and these files; `None`: git cannot say it.
    pub fn content(&self, but: BTreeSet<RepoPath>) -> Option<String> {
        if let Some(known) = self.content.borrow().get(&but) {
            return known.clone();
        }
        let found = (self.sources.content)(&but);
        self.content.borrow_mut().insert(but, found.clone());
        found
    }

    /// All work trees of the repository; `None`: this version is not one that anybody works in.
    pub fn checkouts(&self) -> Option<&[Checkout]> {
        self.checkouts.get_or_init(|| (self.sources.checkouts)()).as_deref()
    }

    /// Whether what is checked out has everything of a branch; `None`: there is none, or nobody works in this version.
    pub fn holds(&self, branch: &str) -> Option<bool> {
        (self.sources.holds)(branch)
    }

    /// The short id of some bytes.
    pub fn digest(&self, bytes: &[u8]) -> Option<String> {
        (self.sources.digest)(bytes)
    }

    /// Whether the logs of a workflow are there.
    pub fn logged(&self, logs: &Logs, workflow: &str) -> bool {
        self.asked.set(true);
        (self.sources.logged)(logs, workflow)
    }

    /// What stands at a location.
    pub fn located(&self, location: &Location) -> Found {
        if let Some(known) = self.values.borrow().get(location) {
            return known.clone();
        }
        self.asked.set(true);
        let found = (self.sources.located)(location);
        self.values.borrow_mut().insert(location.clone(), found.clone());
        found
    }
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("places", &self.places).finish_non_exhaustive()
    }
}

impl Page {
    /// A section by its heading, however it is spelt.
    pub fn section(&self, title: &str) -> Option<&Section> {
        let title = plain_title(title);
        self.sections.iter().find(|section| section.title == title)
    }

    /// Whether a line of the document says this, however it is set.
    pub fn says(&self, words: &str) -> bool {
        let words = format!(" {} ", plain_words(words));
        self.text.iter().any(|line| format!(" {line} ").contains(&words))
    }

    /// A value of the front matter by its keys, joined by dots.
    pub fn value(&self, keys: &str) -> Option<&Value> {
        let mut keys = keys.split('.');
        let first = self.front.get(keys.next()?)?;
        keys.try_fold(first, |value, key| value.get(key))
    }
}
