//! From YAML to something that runs: includes merged, expressions compiled, names checked.

use std::collections::{BTreeSet, HashSet};

use regex::Regex;
use serde_json::Value;

use super::error::{PlaybookError, closest};
use super::expr::{Evaluated, Expr, Scope, Template};
use super::schema::{Check, FixSpec, Kind, NodeSpec, OrderedMap, Playbook, Query, Step};
use super::shelf::{Shelf, SourceFile};
use crate::cloud;
use crate::model::PlaybookRef;
use crate::provider::Provider;

/// What can fail with a place in a file.
type Checked<T> = Result<T, Box<PlaybookError>>;

/// A playbook that is ready to run.
#[derive(Debug)]
pub struct Loaded {
    /// The file as read, with its includes merged in.
    pub playbook: Playbook,
    /// Its text and where it came from.
    pub file: SourceFile,
    /// Requests it is for: resource, action.
    pub matches: Vec<(Regex, Option<Regex>)>,
    /// The request's resource.
    pub resource: Option<Template>,
    /// Named expressions, each after those it refers to.
    pub lets: Vec<(String, Expr)>,
    /// Read calls in the file's order.
    pub queries: Vec<LoadedQuery>,
    /// Stations in the file's order.
    pub nodes: Vec<LoadedNode>,
    /// The walk in the file's order.
    pub steps: Vec<LoadedStep>,
}

/// A query with its expressions compiled.
#[derive(Debug)]
pub struct LoadedQuery {
    /// Its name.
    pub name: String,
    /// As written.
    pub spec: Query,
    /// Its parameters.
    pub with: Tree,
    /// The list it is made for.
    pub each: Option<Expr>,
    /// Further items, from an answer.
    pub more: Option<Expr>,
    /// Whether it is made.
    pub when: Option<Expr>,
}

/// A station with its templates compiled.
#[derive(Debug)]
pub struct LoadedNode {
    /// Its name.
    pub name: String,
    /// As written.
    pub spec: NodeSpec,
    /// Its label.
    pub label: Template,
    /// Its full name.
    pub reference: Option<Template>,
}

/// A step with its expressions compiled.
#[derive(Debug)]
pub struct LoadedStep {
    /// As written.
    pub spec: Step,
    /// Name of the node it starts at.
    pub from: String,
    /// Name of the node it leads to.
    pub to: String,
    /// The actions judged.
    pub actions: Vec<Template>,
    /// The gate's parameters.
    pub with: Tree,
    /// Whether it is walked.
    pub when: Option<Expr>,
    /// A judgement of the playbook's own.
    pub check: Option<LoadedCheck>,
}

/// A check with its expressions compiled.
#[derive(Debug)]
pub struct LoadedCheck {
    /// As written.
    pub spec: Check,
    /// The condition.
    pub open: Expr,
    /// Said when open.
    pub pass: Template,
    /// Said when closed.
    pub fail: Template,
    /// Whose configuration closes it.
    pub blame: Option<Template>,
    /// Title, owner and command of each fix.
    pub fixes: Vec<(Template, Template, Option<Template>)>,
}

/// A JSON value whose texts are templates.
#[derive(Debug)]
pub enum Tree {
    /// A text.
    Text(Template),
    /// A list.
    List(Vec<Tree>),
    /// An object.
    Map(Vec<(String, Tree)>),
    /// Anything else.
    Plain(Value),
}

impl Tree {
    fn new(value: &Value) -> Result<Self, String> {
        Ok(match value {
            Value::String(text) => Tree::Text(Template::new(text)?),
            Value::Array(items) => Tree::List(items.iter().map(Tree::new).collect::<Result<_, _>>()?),
            Value::Object(fields) => Tree::Map(
                fields
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), Tree::new(value)?)))
                    .collect::<Result<_, String>>()?,
            ),
            other => Tree::Plain(other.clone()),
        })
    }

    fn map(fields: &OrderedMap<Value>) -> Result<Self, String> {
        let fields = fields.iter().map(|(key, value)| Ok((key.clone(), Tree::new(value)?)));
        Ok(Tree::Map(fields.collect::<Result<_, String>>()?))
    }

    /// Its value. Fields that are null, an empty text or an empty list are left out.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Evaluated<Value> {
        match self {
            Tree::Text(template) => template.evaluate(scope),
            Tree::Plain(value) => Evaluated::Yes(value.clone()),
            Tree::List(items) => {
                let mut list = Vec::new();
                for item in items {
                    match item.evaluate(scope) {
                        Evaluated::Yes(value) => list.push(value),
                        other => return other,
                    }
                }
                Evaluated::Yes(Value::Array(list))
            }
            Tree::Map(fields) => {
                let mut map = serde_json::Map::new();
                for (name, tree) in fields {
                    match tree.evaluate(scope) {
                        Evaluated::Yes(value) if is_nothing(&value) => {}
                        Evaluated::Yes(value) => {
                            map.insert(name.clone(), value);
                        }
                        other => return other,
                    }
                }
                Evaluated::Yes(Value::Object(map))
            }
        }
    }

    fn names<'t>(&'t self, into: &mut BTreeSet<&'t str>) {
        match self {
            Tree::Text(template) => into.extend(template.names().map(String::as_str)),
            Tree::List(items) => items.iter().for_each(|item| item.names(into)),
            Tree::Map(fields) => fields.iter().for_each(|(_, tree)| tree.names(into)),
            Tree::Plain(_) => {}
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

impl LoadedQuery {
    /// Every name its expressions refer to.
    pub fn names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.with.names(&mut names);
        for expr in [&self.each, &self.when].into_iter().flatten() {
            names.extend(expr.names().iter().map(String::as_str));
        }
        names
    }
}

impl LoadedStep {
    /// Every name its expressions refer to.
    pub fn names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.with.names(&mut names);
        names.extend(self.actions.iter().flat_map(Template::names).map(String::as_str));
        let checked = self.check.as_ref().map(|check| &check.open);
        for expr in [self.when.as_ref(), checked].into_iter().flatten() {
            names.extend(expr.names().iter().map(String::as_str));
        }
        names
    }
}

impl Loaded {
    /// Reads a file: its includes are looked for on the same shelf.
    pub fn read(file: &SourceFile, shelf: &Shelf) -> Checked<Self> {
        let mut playbook = parse(file)?;
        if playbook.kind != Kind::Playbook {
            let message = "this is a fragment, a part that playbooks include; it cannot be walked by itself";
            return Err(PlaybookError::where_is(&file.name, &file.text, "", "kind:", message));
        }
        merge_includes(&mut playbook, file, shelf)?;
        let compiler = Compiler { file };
        let loaded = compiler.compile(playbook)?;
        compiler.check(&loaded)?;
        Ok(loaded)
    }

    /// Its id and version.
    #[must_use]
    pub fn reference(&self) -> PlaybookRef {
        PlaybookRef { id: self.playbook.metadata.id.clone(), version: self.playbook.metadata.version }
    }

    /// The cloud it is for.
    #[must_use]
    pub fn provider(&self) -> Option<&'static dyn Provider> {
        cloud::by_id(&self.playbook.metadata.provider)
    }

    /// The `let` of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Expr> {
        self.lets.iter().find(|(let_name, _)| let_name == name).map(|(_, expr)| expr)
    }
}

/// Reads one file as YAML.
pub fn parse(file: &SourceFile) -> Checked<Playbook> {
    serde_saphyr::from_str(&file.text).map_err(|error| PlaybookError::yaml(&file.name, &file.text, &error))
}

/// A regular expression that the whole text has to fit.
pub fn whole(source: &str) -> Result<Regex, regex::Error> {
    Regex::new(&format!("^(?s:{source})$"))
}

/// Puts what fragments say before what the playbook says; of equal names the playbook's own wins.
fn merge_includes(playbook: &mut Playbook, file: &SourceFile, shelf: &Shelf) -> Checked<()> {
    let mut merged = Playbook { spec: super::schema::Spec::default(), ..playbook.clone() };
    let mut seen = HashSet::new();
    for include in playbook.spec.include.clone() {
        include_into(&mut merged, &include, &mut seen, file, shelf)?;
    }
    let own = std::mem::take(&mut playbook.spec);
    let spec = &mut merged.spec;
    spec.include = own.include;
    spec.matches = own.matches;
    spec.verbs = own.verbs;
    spec.resource = own.resource;
    spec.inputs.extend(own.inputs);
    spec.lets.extend(own.lets);
    spec.queries.extend(own.queries);
    spec.nodes.extend(own.nodes);
    spec.steps.extend(own.steps);
    *playbook = merged;
    Ok(())
}

fn include_into(
    merged: &mut Playbook,
    include: &str,
    seen: &mut HashSet<String>,
    asked_by: &SourceFile,
    shelf: &Shelf,
) -> Checked<()> {
    let (id, version) = include.split_once('@').unwrap_or((include, ""));
    if !seen.insert(id.to_owned()) {
        return Ok(());
    }
    let beside = asked_by.path.as_ref().and_then(|path| Some(path.parent()?.join(id).with_extension("yaml")));
    let found = match beside.filter(|path| path.exists()) {
        Some(path) => shelf.find(&path.to_string_lossy()),
        None => shelf.find(id),
    };
    let misplaced =
        |message: String| PlaybookError::where_is(&asked_by.name, &asked_by.text, "include:", include, message);
    let file = found.map_err(|error| misplaced(format!("cannot include `{include}`: {}", error.message)))?;
    let part = parse(&file)?;
    if !version.is_empty() && version != part.metadata.version.to_string() {
        return Err(misplaced(format!("`{id}` is at version {}, not {version}", part.metadata.version)));
    }
    for inner in &part.spec.include {
        include_into(merged, inner, seen, &file, shelf)?;
    }
    merged.spec.inputs.extend(part.spec.inputs);
    merged.spec.lets.extend(part.spec.lets);
    merged.spec.queries.extend(part.spec.queries);
    merged.spec.nodes.extend(part.spec.nodes);
    merged.spec.steps.extend(part.spec.steps);
    Ok(())
}

/// Turns texts into expressions; knows the file, so that errors can say where.
struct Compiler<'f> {
    file: &'f SourceFile,
}

impl Compiler<'_> {
    fn wrong(&self, near: &str, needle: &str, message: impl Into<String>) -> Box<PlaybookError> {
        PlaybookError::where_is(&self.file.name, &self.file.text, near, needle, message)
    }

    fn expr(&self, near: &str, source: &str) -> Checked<Expr> {
        Expr::new(source).map_err(|why| self.wrong(near, source, format!("this expression cannot be read: {why}")))
    }

    fn template(&self, near: &str, text: &str) -> Checked<Template> {
        Template::new(text).map_err(|why| self.wrong(near, text, format!("this template cannot be read: {why}")))
    }

    fn optional(&self, near: &str, source: Option<&String>) -> Checked<Option<Expr>> {
        source.map(|source| self.expr(near, source)).transpose()
    }

    fn tree(&self, near: &str, with: &OrderedMap<Value>) -> Checked<Tree> {
        Tree::map(with).map_err(|why| self.wrong(near, "with:", format!("these parameters cannot be read: {why}")))
    }

    fn pattern(&self, source: &str) -> Checked<Regex> {
        whole(source).map_err(|error| self.wrong("", source, format!("this pattern cannot be read: {error}")))
    }

    fn compile(&self, playbook: Playbook) -> Checked<Loaded> {
        let spec = &playbook.spec;
        let matches = spec
            .matches
            .iter()
            .map(|each| Ok((self.pattern(&each.resource)?, each.action.as_ref().map(|a| self.pattern(a)).transpose()?)))
            .collect::<Checked<_>>()?;
        let lets = spec
            .lets
            .iter()
            .map(|(name, source)| Ok((name.clone(), self.expr(&format!("{name}:"), source)?)))
            .collect::<Checked<_>>()?;
        Ok(Loaded {
            matches,
            resource: spec.resource.as_ref().map(|text| self.template("resource:", text)).transpose()?,
            lets: self.ordered(lets)?,
            queries: spec.queries.iter().map(|(name, query)| self.query(name, query)).collect::<Checked<_>>()?,
            nodes: spec.nodes.iter().map(|(name, node)| self.node(name, node)).collect::<Checked<_>>()?,
            steps: spec.steps.iter().map(|step| self.step(step)).collect::<Checked<_>>()?,
            file: self.file.clone(),
            playbook,
        })
    }

    fn query(&self, name: &str, spec: &Query) -> Checked<LoadedQuery> {
        let near = format!("{name}:");
        Ok(LoadedQuery {
            name: name.to_owned(),
            with: self.tree(&near, &spec.with)?,
            each: self.optional(&near, spec.each.as_ref())?,
            more: self.optional(&near, spec.more.as_ref())?,
            when: self.optional(&near, spec.when.as_ref())?,
            spec: spec.clone(),
        })
    }

    fn node(&self, name: &str, spec: &NodeSpec) -> Checked<LoadedNode> {
        Ok(LoadedNode {
            name: name.to_owned(),
            label: self.template(name, &spec.label)?,
            reference: spec.reference.as_ref().map(|text| self.template(name, text)).transpose()?,
            spec: spec.clone(),
        })
    }

    fn step(&self, spec: &Step) -> Checked<LoadedStep> {
        let near = format!("id: {}", spec.id);
        let Some((from, to)) = spec.edge.split_once("->") else {
            return Err(self.wrong(&near, &spec.edge, "an edge is written `node -> node`"));
        };
        Ok(LoadedStep {
            from: from.trim().to_owned(),
            to: to.trim().to_owned(),
            actions: spec.actions.iter().map(|text| self.template(&near, text)).collect::<Checked<_>>()?,
            with: self.tree(&near, &spec.with)?,
            when: self.optional(&near, spec.when.as_ref())?,
            check: spec.check.as_ref().map(|check| self.verdict(&near, check)).transpose()?,
            spec: spec.clone(),
        })
    }

    fn verdict(&self, near: &str, spec: &Check) -> Checked<LoadedCheck> {
        let fix = |fix: &FixSpec| -> Checked<_> {
            let command = fix.command.as_ref().map(|text| self.template(near, text)).transpose()?;
            Ok((self.template(near, &fix.title)?, self.template(near, &fix.owner)?, command))
        };
        Ok(LoadedCheck {
            open: self.expr(near, &spec.open)?,
            pass: self.template(near, &spec.pass)?,
            fail: self.template(near, &spec.fail)?,
            blame: spec.blame.as_ref().map(|text| self.template(near, text)).transpose()?,
            fixes: spec.fixes.iter().map(fix).collect::<Checked<_>>()?,
            spec: spec.clone(),
        })
    }

    /// Each `let` after those it refers to; a circle is an error.
    fn ordered(&self, mut lets: Vec<(String, Expr)>) -> Checked<Vec<(String, Expr)>> {
        let mut ordered: Vec<(String, Expr)> = Vec::new();
        while !lets.is_empty() {
            let waiting: HashSet<String> = lets.iter().map(|(name, _)| name.clone()).collect();
            let free = |(name, expr): &(String, Expr)| {
                !expr.names().iter().any(|other| other != name && waiting.contains(other))
                    && !expr.names().contains(name)
            };
            let Some(at) = lets.iter().position(free) else {
                let names: Vec<_> = lets.iter().map(|(name, _)| name.as_str()).collect();
                let message = format!("these refer to one another in a circle: {}", names.join(", "));
                return Err(self.wrong("let:", &format!("{}:", names[0]), message));
            };
            ordered.push(lets.remove(at));
        }
        Ok(ordered)
    }

    /// Names that stand for something, calls and gates that exist.
    fn check(&self, loaded: &Loaded) -> Checked<()> {
        let provider_name = &loaded.playbook.metadata.provider;
        let Some(provider) = loaded.provider() else {
            let known: Vec<_> = cloud::ALL.iter().map(|provider| provider.id()).collect();
            let message = format!("there is no provider `{provider_name}`; there is {}", known.join(", "));
            return Err(self.wrong("metadata:", "provider:", message));
        };
        for query in &loaded.queries {
            let (call, near) = (&query.spec.call, format!("{}:", query.name));
            if provider.permission(call).is_none() {
                let wrong = self.wrong(&near, call, format!("`{call}` is no read call of {provider_name}"));
                return Err(with_suggestion(wrong, call, provider.calls().into_iter()));
            }
        }
        let known = known_names(loaded);
        for (name, expr) in &loaded.lets {
            self.names(&known, name, expr.names().iter().map(String::as_str), expr.source())?;
        }
        for query in &loaded.queries {
            self.names(&known, &query.name, query.names().into_iter(), "")?;
        }
        self.check_steps(loaded, provider, &known)
    }

    fn check_steps(&self, loaded: &Loaded, provider: &dyn Provider, known: &HashSet<&str>) -> Checked<()> {
        let mut ids = HashSet::new();
        for step in &loaded.steps {
            let near = format!("id: {}", step.spec.id);
            if !ids.insert(&step.spec.id) {
                return Err(self.wrong(&near, &near, format!("there are two steps `{}`", step.spec.id)));
            }
            for node in [&step.from, &step.to] {
                if !loaded.nodes.iter().any(|known| known.name == *node) {
                    let wrong = self.wrong(&near, &step.spec.edge, format!("there is no node `{node}`"));
                    return Err(with_suggestion(wrong, node, loaded.nodes.iter().map(|node| node.name.as_str())));
                }
            }
            let gate = &step.spec.gate;
            if step.check.is_none() && !provider.gates().iter().any(|known| known.name == gate) {
                let wrong = self.wrong(&near, &format!("gate: {gate}"), format!("there is no gate `{gate}`"));
                return Err(with_suggestion(wrong, gate, provider.gates().iter().map(|gate| gate.name)));
            }
            self.names(known, &near, step.names().into_iter(), "")?;
        }
        Ok(())
    }

    fn names<'n>(
        &self,
        known: &HashSet<&str>,
        near: &str,
        mut names: impl Iterator<Item = &'n str>,
        source: &str,
    ) -> Checked<()> {
        match names.find(|name| !known.contains(name)) {
            None => Ok(()),
            Some(name) => {
                let needle = if source.is_empty() { name } else { source };
                let wrong = self.wrong(near, needle, format!("nothing is called `{name}` here"));
                Err(with_suggestion(wrong, name, known.iter().copied()))
            }
        }
    }
}

fn with_suggestion<'n>(
    error: Box<PlaybookError>,
    wrong: &str,
    names: impl Iterator<Item = &'n str>,
) -> Box<PlaybookError> {
    match closest(wrong, names) {
        Some(like) => error.help(format!("did you mean `{like}`?")),
        None => error,
    }
}

/// Everything an expression may refer to.
fn known_names(loaded: &Loaded) -> HashSet<&str> {
    let mut known: HashSet<&str> = ["request", "input", "view", "each", "answer"].into();
    known.extend(loaded.lets.iter().map(|(name, _)| name.as_str()));
    known.extend(loaded.queries.iter().map(|query| query.name.as_str()));
    known
}
