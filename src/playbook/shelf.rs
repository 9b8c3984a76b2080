//! Where playbooks are found: the shipped ones inside the binary, the user's own in a folder or given by path.

use std::fs;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::error::{PlaybookError, closest};
use super::load::Loaded;

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/playbooks");

/// All places where playbooks are looked for.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    folders: Vec<PathBuf>,
}

/// The shipped worlds to train in, which are no playbooks.
#[must_use]
pub fn shipped_worlds() -> Option<&'static Dir<'static>> {
    SHIPPED.get_dir("worlds")
}

/// A file before it is read as YAML.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// `aws/s3-object` for shipped ones, else the path.
    pub name: String,
    /// The text.
    pub text: String,
    /// Where it lies, when it is not a shipped one.
    pub path: Option<PathBuf>,
}

impl Shelf {
    /// The shipped playbooks, and those in these folders (which need not exist).
    #[must_use]
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Shelf { folders }
    }

    /// Every file, the user's own first. A file that cannot be read is left out.
    #[must_use]
    pub fn files(&self) -> Vec<SourceFile> {
        let mut files = Vec::new();
        for folder in &self.folders {
            in_folder(folder, &mut files);
        }
        shipped(&SHIPPED, "worlds", &mut files);
        files
    }

    /// The playbook with this id or in this file, ready to run.
    pub fn open(&self, id_or_path: &str) -> Result<Loaded, Box<PlaybookError>> {
        Loaded::read(&self.find(id_or_path)?, self)
    }

    /// The file of a playbook or fragment: a path, or an id with or without `@version`.
    pub fn find(&self, id_or_path: &str) -> Result<SourceFile, Box<PlaybookError>> {
        let id = id_or_path.split('@').next().unwrap_or(id_or_path);
        let files = self.files();
        if let Some(file) = files.iter().find(|file| file.id() == id) {
            return Ok(file.clone());
        }
        let path = Path::new(id_or_path);
        if path.exists() {
            let text = fs::read_to_string(path).map_err(|error| {
                PlaybookError::at(id_or_path, "", 0, 0, format!("the file cannot be read: {error}"))
            })?;
            return Ok(SourceFile { name: id_or_path.into(), text, path: Some(path.into()) });
        }
        let unknown = PlaybookError::at(id_or_path, "", 0, 0, "there is no playbook of this id, and no such file");
        let ids: Vec<String> = files.iter().map(SourceFile::id).collect();
        Err(match closest(id, ids.iter().map(String::as_str)) {
            Some(like) => unknown.help(format!("did you mean `{like}`? `gatewalk playbook list` shows all")),
            None => unknown.help("`gatewalk playbook list` shows all"),
        })
    }
}

impl SourceFile {
    /// The id it gives itself, read loosely; its name when it has none.
    #[must_use]
    pub fn id(&self) -> String {
        let own = self.text.lines().find_map(|line| line.trim().strip_prefix("id: "));
        own.map_or_else(|| self.name.clone(), |id| id.trim_matches(['"', '\'', ' ']).to_owned())
    }

    /// True for a part that playbooks include.
    #[must_use]
    pub fn is_fragment(&self) -> bool {
        self.text.lines().any(|line| line.trim_end() == "kind: Fragment")
    }
}

/// The YAML files that are shipped in a folder and below it, but for folders of this name.
pub fn shipped(dir: &Dir<'_>, without: &str, files: &mut Vec<SourceFile>) {
    for file in dir.files() {
        let name = file.path().with_extension("").to_string_lossy().replace('\\', "/");
        if let (Some("yaml"), Some(text)) = (file.path().extension().and_then(|e| e.to_str()), file.contents_utf8()) {
            files.push(SourceFile { name, text: text.into(), path: None });
        }
    }
    for folder in dir.dirs().filter(|folder| !folder.path().ends_with(without)) {
        shipped(folder, without, files);
    }
}

/// The YAML files of a folder and below it, in order; those that cannot be read are left out.
pub fn in_folder(folder: &Path, files: &mut Vec<SourceFile>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            in_folder(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
            && let Ok(text) = fs::read_to_string(&path)
        {
            files.push(SourceFile { name: path.display().to_string(), text, path: Some(path) });
        }
    }
}
