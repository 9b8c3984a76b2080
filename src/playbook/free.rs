//! The names an expression needs from its scope; those that its own macros bind are none of them.

use std::collections::BTreeSet;

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr};

/// Where `arn.parse(…)` and its like live.
const NAMESPACES: &[&str] = &["arn", "arm", "uri", "json", "ip", "optional", "lists"];

/// The free names of `expression`.
pub(super) fn names(expression: &IdedExpr) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk(expression, &mut Vec::new(), &mut found);
    found
}

fn walk<'e>(expression: &'e IdedExpr, bound: &mut Vec<&'e str>, found: &mut BTreeSet<String>) {
    match &expression.expr {
        Expr::Unspecified | Expr::Literal(_) => {}
        Expr::Ident(name) => {
            if !name.starts_with('@') && !bound.contains(&name.as_str()) {
                found.insert(name.clone());
            }
        }
        Expr::Call(call) => {
            let target = call.target.as_deref();
            let namespace =
                |target: &&IdedExpr| matches!(&target.expr, Expr::Ident(n) if NAMESPACES.contains(&n.as_str()));
            for part in target.filter(|target| !namespace(target)).into_iter().chain(&call.args) {
                walk(part, bound, found);
            }
        }
        Expr::Comprehension(loops) => {
            walk(&loops.iter_range, bound, found);
            walk(&loops.accu_init, bound, found);
            let before = bound.len();
            bound.extend([loops.iter_var.as_str(), loops.accu_var.as_str()]);
            bound.extend(loops.iter_var2.as_deref());
            for part in [&loops.loop_cond, &loops.loop_step, &loops.result] {
                walk(part, bound, found);
            }
            bound.truncate(before);
        }
        Expr::List(list) => list.elements.iter().for_each(|element| walk(element, bound, found)),
        Expr::Select(select) => walk(&select.operand, bound, found),
        Expr::Map(map) => entries(&map.entries, bound, found),
        Expr::Struct(object) => entries(&object.entries, bound, found),
    }
}

fn entries<'e>(entries: &'e [cel::common::ast::IdedEntryExpr], bound: &mut Vec<&'e str>, found: &mut BTreeSet<String>) {
    for entry in entries {
        match &entry.expr {
            EntryExpr::StructField(field) => walk(&field.value, bound, found),
            EntryExpr::MapEntry(pair) => {
                walk(&pair.key, bound, found);
                walk(&pair.value, bound, found);
            }
        }
    }
}
