//! CEL expressions and templates: compiled once, evaluated over a scope of named JSON values.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::objects::{Key, Map};
use cel::{Context, Env, ExecutionError, Program, Value as CelValue, extensions};
use serde_json::Value;

use super::{free, words};

/// What evaluating gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Evaluated<T> {
    /// A value.
    Yes(T),
    /// It needs this name, which is not known (yet).
    Missing(String),
    /// It cannot be computed: no such key, wrong type.
    Failed(String),
}

impl<T> Evaluated<T> {
    /// Goes on with the value.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Evaluated<U>) -> Evaluated<U> {
        match self {
            Evaluated::Yes(value) => f(value),
            Evaluated::Missing(name) => Evaluated::Missing(name),
            Evaluated::Failed(why) => Evaluated::Failed(why),
        }
    }

    /// The value, if there is one.
    pub fn yes(self) -> Option<T> {
        match self {
            Evaluated::Yes(value) => Some(value),
            _ => None,
        }
    }
}

/// A compiled expression.
#[derive(Debug)]
pub struct Expr {
    source: String,
    program: Program,
    names: BTreeSet<String>,
}

static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib().with_optional_support(true);
    for extension in [extensions::strings, extensions::lists] {
        // Both are declared once on a fresh environment, which is the only way they can fail.
        let declared = env.add_extension(extension);
        debug_assert!(declared.is_ok(), "{declared:?}");
    }
    Arc::new(env)
});

impl Expr {
    /// Compiles `source`. The error says what is wrong, for people.
    pub fn new(source: &str) -> Result<Self, String> {
        let source = source.trim().to_owned();
        let program = ENV.compile(&source).map_err(|errors| {
            let text = errors.to_string();
            text.lines().next().unwrap_or(&text).trim_start_matches("ERROR: <input>:").to_owned()
        })?;
        let names = free::names(program.expression());
        Ok(Expr { source, program, names })
    }

    /// Its text.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names it needs from the scope.
    #[must_use]
    pub fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    /// Its value.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Evaluated<Value> {
        self.value(scope).and_then(|value| match value.json() {
            Ok(json) => Evaluated::Yes(sorted(json)),
            Err(error) => Evaluated::Failed(error.to_string()),
        })
    }

    /// Its value as a condition.
    pub fn test(&self, scope: &Scope<'_>) -> Evaluated<bool> {
        self.value(scope).and_then(|value| match value {
            CelValue::Bool(yes) => Evaluated::Yes(yes),
            _ => Evaluated::Failed(format!("`{}` is neither true nor false", self.source)),
        })
    }

    fn value(&self, scope: &Scope<'_>) -> Evaluated<CelValue> {
        let mut context = Context::with_env(Arc::clone(&ENV));
        words::declare(&mut context);
        context.set_variable_resolver(scope);
        match self.program.execute(&context) {
            Ok(value) => Evaluated::Yes(value),
            Err(ExecutionError::UndeclaredReference(name)) => Evaluated::Missing(name.to_string()),
            Err(error) => Evaluated::Failed(format!("`{}`: {error}", self.source)),
        }
    }
}

/// A text with `${…}` in it.
#[derive(Debug)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Expr(Expr),
}

impl Template {
    /// Compiles `text`.
    pub fn new(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            if at > 0 {
                parts.push(Part::Text(rest[..at].to_owned()));
            }
            let inside = &rest[at + 2..];
            let end = closing(inside).ok_or_else(|| format!("`{text}` has a `${{` that no `}}` closes"))?;
            parts.push(Part::Expr(Expr::new(&inside[..end])?));
            rest = &inside[end + 1..];
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Template { parts })
    }

    /// The names its expressions refer to.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.parts
            .iter()
            .filter_map(|part| match part {
                Part::Expr(expr) => Some(expr.names()),
                Part::Text(_) => None,
            })
            .flatten()
    }

    /// Its value: a template that is one single expression keeps the expression's type, any other is a text.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Evaluated<Value> {
        if let [Part::Expr(expr)] = &self.parts[..] {
            return expr.evaluate(scope);
        }
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Expr(expr) => match expr.evaluate(scope) {
                    Evaluated::Yes(value) => text.push_str(&spell(&value)),
                    other => return other,
                },
            }
        }
        Evaluated::Yes(Value::String(text))
    }

    /// Its value as a text.
    pub fn text(&self, scope: &Scope<'_>) -> Evaluated<String> {
        self.evaluate(scope).and_then(|value| Evaluated::Yes(spell(&value)))
    }
}

/// A value as people read it: a text without quotes.
fn spell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Where the `}` stands that closes a `${`: not inside quotes, not one of a nested pair.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(at),
            (None, '}') => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Named values that expressions see. A scope inside another one adds names and hides equal ones.
#[derive(Debug, Default)]
pub struct Scope<'p> {
    parent: Option<&'p Scope<'p>>,
    values: BTreeMap<String, Held>,
}

struct Held(Box<dyn Val>);

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl<'p> Scope<'p> {
    /// An empty scope.
    #[must_use]
    pub fn new() -> Self {
        Scope::default()
    }

    /// A scope inside this one.
    #[must_use]
    pub fn inner(&'p self) -> Scope<'p> {
        Scope { parent: Some(self), values: BTreeMap::new() }
    }

    /// Gives `name` a value.
    pub fn set(&mut self, name: &str, value: &Value) {
        // Every JSON value is a CEL value.
        if let Ok(held) = Box::<dyn Val>::try_from(from_json(value)) {
            self.values.insert(name.to_owned(), Held(held));
        }
    }

    /// True when `name` has a value here or further out.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.values.contains_key(name) || self.parent.is_some_and(|parent| parent.knows(name))
    }
}

impl VariableResolver for Scope<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        match self.values.get(name) {
            Some(held) => Some(CowVal::Borrowed(held.0.as_ref())),
            None => self.parent?.resolve(name),
        }
    }
}

/// A JSON value as a CEL value; whole numbers become `int`, as in a CEL literal.
pub(super) fn from_json(value: &Value) -> CelValue {
    match value {
        Value::Null => CelValue::Null,
        Value::Bool(yes) => CelValue::Bool(*yes),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => CelValue::Int(whole),
            None => CelValue::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => CelValue::String(Arc::new(text.clone())),
        Value::Array(items) => CelValue::List(Arc::new(items.iter().map(from_json).collect())),
        Value::Object(fields) => {
            let map = fields.iter().map(|(key, value)| (Key::String(Arc::new(key.clone())), from_json(value)));
            CelValue::Map(Map { map: Arc::new(map.collect()) })
        }
    }
}

/// CEL's maps have no order: give them one, so that equal calls look equal.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        Value::Object(fields) => {
            let ordered: BTreeMap<_, _> = fields.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(ordered.into_iter().collect())
        }
        other => other,
    }
}

/// True when `address` is one in the block `cidr`.
pub(super) fn in_cidr(address: &str, cidr: &str) -> Result<bool, String> {
    let ip = IpAddr::from_str(address).map_err(|_| format!("`{address}` is no IP address"))?;
    let net = ipnet::IpNet::from_str(cidr).map_err(|_| format!("`{cidr}` is no CIDR block"))?;
    Ok(net.contains(&ip))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn scope() -> Scope<'static> {
        let mut scope = Scope::new();
        scope.set("request", &json!({"principal": "arn:aws:iam::1:role/path/name", "origin": "eni-1"}));
        scope.set("list", &json!([{"a": [1, 2]}, {"a": [2, 3]}, {}]));
        scope
    }

    #[test]
    fn expressions_have_values_or_say_why_not() {
        for (source, value) in [
            ("request.origin.startsWith('eni-') ? 'x' : gone", json!("x")),
            ("list.map(i, i.?a.orValue([])).flatten().distinct()", json!([1, 2, 3])),
            ("arn.parse(request.principal).account", json!("1")),
            ("arn.name(request.principal)", json!("name")),
            ("uri.parse('s3://bucket/a/b')", json!({"scheme": "s3", "host": "bucket", "path": "a/b"})),
            ("json.parse('{\"b\": [true]}').b[0]", json!(true)),
            ("ip.inCidr('10.0.0.7', '10.0.0.0/24')", json!(true)),
            ("glob('a/*/c', 'a/b/c')", json!(true)),
            ("uri.query('?sv=1&sp=r&sig=abc')", json!({"sp": "r", "sv": "1"})),
            ("arm.parse('/subscriptions/s/resourceGroups/g/providers/A.B/c/d').kind", json!("A.B/c")),
            ("arm.parse('x')", json!({"group": "", "kind": "", "name": "", "subscription": ""})),
            ("arm.up('/subscriptions/s/resourceGroups/g', 'Subscriptions')", json!("/subscriptions/s")),
            ("arm.at({'a': {'b': [1]}}, 'a.b')", json!([1])),
            ("arm.at({'a': null}, 'a.b')", json!(null)),
            ("arm.items({'value': [1]}) + arm.items([2]) + arm.items(null)", json!([1, 2])),
            (
                "arm.principals({'identity': {'principalId': 'p', 'userAssignedIdentities': {'b': {'principalId': 'q'}}}})",
                json!(["p", "q"]),
            ),
            ("{'s3:prefix': 'x'}", json!({"s3:prefix": "x"})),
            ("[{'z': 1, 'a': 2}]", json!([{"a": 2, "z": 1}])),
        ] {
            assert_eq!(Expr::new(source).unwrap().evaluate(&scope()), Evaluated::Yes(value), "{source}");
        }
        assert_eq!(Expr::new("gone.x").unwrap().evaluate(&scope()), Evaluated::Missing("gone".into()));
        assert!(matches!(Expr::new("request.nothing").unwrap().evaluate(&scope()), Evaluated::Failed(_)));
        assert!(matches!(Expr::new("request.origin").unwrap().test(&scope()), Evaluated::Failed(_)));
        assert!(Expr::new("1 +").is_err());
    }

    #[test]
    fn templates_keep_types_and_nest_braces() {
        let evaluate = |text: &str| Template::new(text).unwrap().evaluate(&scope());
        assert_eq!(evaluate("${list[0].a}"), Evaluated::Yes(json!([1, 2])));
        assert_eq!(evaluate("${ {'k': '}'} }"), Evaluated::Yes(json!({"k": "}"})));
        assert_eq!(evaluate("a ${request.origin}-${1 + 1}"), Evaluated::Yes(json!("a eni-1-2")));
        assert_eq!(evaluate("plain"), Evaluated::Yes(json!("plain")));
        assert!(Template::new("${never").is_err());
    }

    #[test]
    fn an_inner_scope_hides_the_outer_one() {
        let outer = scope();
        let mut inner = outer.inner();
        inner.set("list", &json!(7));
        assert_eq!(Expr::new("list").unwrap().evaluate(&inner), Evaluated::Yes(json!(7)));
        assert!(inner.knows("request") && !inner.knows("gone"));
    }
}
