//! Where levels are found: the shipped ones inside the binary, the user's own in a folder or given by path.

use std::fs;
use std::path::{Path, PathBuf};

use include_dir::Dir;

use super::drill;
use super::schema::{Difficulty, Drill, FORMAT_VERSION, Level, Written};
use crate::facts::Snapshot;
use crate::model::Layer;
use crate::playbook::{Loaded, PlaybookError, Shelf, SourceFile, closest, in_folder, shipped, shipped_worlds};

/// What can fail with a place in a file.
pub type Checked<T> = Result<T, Box<PlaybookError>>;

/// All places where levels are looked for.
#[derive(Debug, Clone, Default)]
pub struct Bank {
    folders: Vec<PathBuf>,
    shelf: Shelf,
}

/// A level in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `aws/closed-window`.
    pub id: String,
    /// One line.
    pub title: String,
    /// How hard it is.
    pub difficulty: Difficulty,
    /// The layers it trains.
    pub tags: Vec<Layer>,
    /// Whether a seed draws one of several levels for it.
    pub is_drill: bool,
}

impl Entry {
    fn of(written: Written) -> Self {
        match written {
            Written::Level(level) => Entry {
                id: level.id,
                title: level.title,
                difficulty: level.difficulty,
                tags: level.tags,
                is_drill: false,
            },
            Written::Drill(drill) => Entry {
                id: drill.id,
                title: drill.title,
                difficulty: drill.difficulty,
                tags: drill.tags,
                is_drill: true,
            },
        }
    }
}

impl Bank {
    /// The shipped levels, and those in these folders (which need not exist); playbooks come from the shelf.
    pub fn new(folders: Vec<PathBuf>, shelf: Shelf) -> Self {
        Bank { folders, shelf }
    }

    /// Every level's file, in the order of their ids; the user's own first.
    pub fn files(&self) -> Vec<SourceFile> {
        let mut files = Vec::new();
        for folder in &self.folders {
            in_folder(folder, &mut files);
        }
        // Playbooks may lie beside them.
        files.retain(|file| file.text.lines().any(|line| line.starts_with("format_version:")));
        let mut own = Vec::new();
        if let Some(worlds) = shipped_worlds() {
            shipped(worlds, "playbooks", &mut own);
        }
        own.sort_by(|a: &SourceFile, b| a.name.cmp(&b.name));
        files.extend(own);
        files
    }

    /// The list. A file that cannot be read is left out; `train check` says why.
    pub fn list(&self) -> Vec<Entry> {
        let entry = |file: &SourceFile| Some(Entry::of(parse(file).ok()?));
        let mut entries: Vec<Entry> = self.files().iter().filter_map(entry).collect();
        entries.sort_by(|a, b| (a.difficulty, &a.id).cmp(&(b.difficulty, &b.id)));
        entries
    }

    /// The file of a level: an id or a path.
    pub fn find(&self, id_or_path: &str) -> Checked<SourceFile> {
        let files = self.files();
        if let Some(file) = files.iter().find(|file| file.id() == id_or_path) {
            return Ok(file.clone());
        }
        let path = Path::new(id_or_path);
        if path.is_file() {
            return read(path);
        }
        let ids: Vec<String> = files.iter().map(SourceFile::id).collect();
        // A name without its cloud is enough where it is the only one.
        let short = |id: &&String| id.split_once('/').is_some_and(|(_, name)| name == id_or_path);
        if let [only] = ids.iter().filter(short).collect::<Vec<_>>()[..] {
            return self.find(only);
        }
        let names = ids.iter().flat_map(|id| [id.as_str(), id.split_once('/').map_or("", |(_, name)| name)]);
        let unknown = PlaybookError::at(id_or_path, "", 0, 0, "there is no scenario of this name, and no such file");
        Err(match closest(id_or_path, names) {
            Some(like) => unknown.help(format!("did you mean `{like}`? `gatewalk train list` shows all")),
            None => unknown.help("`gatewalk train list` shows all"),
        })
    }

    /// The level that a seed draws for a drill; nothing for a level. It tells the answer: not for a screen before the verdict.
    pub fn draw(&self, id_or_path: &str, seed: Option<u64>) -> Checked<Option<String>> {
        Ok(match parse(&self.find(id_or_path)?)? {
            Written::Level(_) => None,
            Written::Drill(drill) => drill::drawn(&drill, seed).cloned(),
        })
    }

    /// The healthy world that a level begins with.
    pub fn base(&self, file: &SourceFile, level: &Level) -> Checked<Snapshot> {
        let wrong = |message: String| {
            PlaybookError::where_is(&file.name, &file.text, "", &format!("base: {}", level.base), message)
        };
        let beside = file.path.as_ref().and_then(|path| Some(path.parent()?.join(&level.base)));
        if let Some(path) = beside.filter(|path| path.is_file()) {
            return Snapshot::load(&path).map_err(|error| wrong(error.to_string()));
        }
        let shipped = shipped_worlds().and_then(|worlds| worlds.get_file(format!("worlds/{}.json", level.base)));
        match shipped.and_then(|file| file.contents_utf8()) {
            Some(text) => Snapshot::parse(&level.base, text).map_err(|error| wrong(error.to_string())),
            None => {
                let error = wrong(format!("there is no world `{}`", level.base));
                let names: Vec<String> = bases();
                Err(match closest(&level.base, names.iter().map(String::as_str)) {
                    Some(like) => error.help(format!("did you mean `{like}`?")),
                    None => error.help(format!("name a snapshot beside the file, or one of {}", names.join(", "))),
                })
            }
        }
    }

    /// The playbook that a level walks.
    pub fn playbook(&self, file: &SourceFile, level: &Level, snapshot: &Snapshot) -> Checked<Loaded> {
        let Some(name) = &level.playbook else { return self.shelf.open(&snapshot.playbook) };
        let beside = file.path.as_ref().and_then(|path| Some(path.parent()?.join(name)));
        if let Some(path) = beside.filter(|path| path.is_file()) {
            return Loaded::read(&read(&path)?, &self.shelf);
        }
        let shipped = shipped_worlds().and_then(|worlds| worlds.get_file(format!("worlds/playbooks/{name}.yaml")));
        match shipped.and_then(|file| file.contents_utf8()) {
            Some(text) => Loaded::read(&SourceFile { name: name.clone(), text: text.into(), path: None }, &self.shelf),
            None => self.shelf.open(name),
        }
    }
}

/// Names of the shipped healthy worlds.
fn bases() -> Vec<String> {
    fn walk(dir: &Dir<'_>, names: &mut Vec<String>) {
        let json = dir.files().filter(|file| file.path().extension().is_some_and(|extension| extension == "json"));
        names.extend(json.map(|file| {
            let path = file.path().with_extension("").to_string_lossy().replace('\\', "/");
            path.trim_start_matches("worlds/").to_owned()
        }));
        dir.dirs().for_each(|dir| walk(dir, names));
    }
    let mut names = Vec::new();
    if let Some(worlds) = shipped_worlds() {
        walk(worlds, &mut names);
    }
    names
}

/// Reads a level or a drill as YAML.
pub fn parse(file: &SourceFile) -> Checked<Written> {
    // A drill is what names levels: each kind is read by itself, so that an error speaks of the fields it has.
    let is_drill = file.text.lines().any(|line| line.starts_with("levels:"));
    let wrong = |error: serde_saphyr::Error| PlaybookError::yaml(&file.name, &file.text, &error);
    let (version, written) = if is_drill {
        let drill: Drill = serde_saphyr::from_str(&file.text).map_err(wrong)?;
        (drill.format_version, Written::Drill(Box::new(drill)))
    } else {
        let level: Level = serde_saphyr::from_str(&file.text).map_err(wrong)?;
        (level.format_version, Written::Level(Box::new(level)))
    };
    if version != FORMAT_VERSION {
        let message = format!("this gatewalk reads levels of format_version {FORMAT_VERSION}, and this is {version}");
        return Err(PlaybookError::where_is(&file.name, &file.text, "", "format_version", message));
    }
    Ok(written)
}

fn read(path: &Path) -> Checked<SourceFile> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path)
        .map_err(|error| PlaybookError::at(&name, "", 0, 0, format!("the file cannot be read: {error}")))?;
    Ok(SourceFile { name, text, path: Some(path.into()) })
}
