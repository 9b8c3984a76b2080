//! The path as a graph: stations, ways between them, and where it breaks.

use std::collections::HashMap;

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::model::{Edge, GateReport, Layer, Node, PathReport, Status};

/// A station before it has an id.
#[derive(Debug, Clone)]
pub struct Station {
    /// Its name in the playbook.
    pub name: String,
    /// `role`, `bucket`, …
    pub kind: String,
    /// Short.
    pub label: String,
    /// The full name.
    pub reference: String,
}

/// Builds the path of the gates, in walking order, each with the names of its edge's two ends; gives every gate its edge. Stations that
/// no gate touches are left out.
pub fn build(stations: &[Station], ends: &[(&str, &str)], gates: &mut [GateReport]) -> PathReport {
    let mut graph: DiGraph<&Station, (Layer, Vec<usize>)> = DiGraph::new();
    let mut indexes: HashMap<&str, NodeIndex> = HashMap::new();
    for station in
        stations.iter().filter(|station| ends.iter().any(|(from, to)| *from == station.name || *to == station.name))
    {
        indexes.insert(&station.name, graph.add_node(station));
    }
    for (at, ((from, to), gate)) in ends.iter().zip(gates.iter()).enumerate() {
        let (Some(&from), Some(&to)) = (indexes.get(from), indexes.get(to)) else { continue };
        let known = graph.edges_connecting(from, to).find(|edge| edge.weight().0 == gate.layer).map(|edge| edge.id());
        match known.and_then(|edge| graph.edge_weight_mut(edge)) {
            Some((_, on_edge)) => on_edge.push(at),
            None => {
                graph.add_edge(from, to, (gate.layer, vec![at]));
            }
        }
    }
    let node_id = |index: NodeIndex| format!("n{}", index.index() + 1);
    let nodes = graph.node_indices().map(|index| Node {
        id: node_id(index),
        kind: graph[index].kind.clone(),
        label: graph[index].label.clone(),
        reference: graph[index].reference.clone(),
    });
    let mut report = PathReport { nodes: nodes.collect(), edges: Vec::new() };
    for edge in graph.edge_references() {
        let id = format!("e{}", edge.id().index() + 1);
        let (layer, on_edge) = edge.weight();
        for &at in on_edge {
            gates[at].edge.clone_from(&id);
        }
        report.edges.push(Edge {
            id,
            from: node_id(edge.source()),
            to: node_id(edge.target()),
            layer: *layer,
            status: Status::of(on_edge.iter().map(|&at| gates[at].status)),
            gates: on_edge.iter().map(|&at| gates[at].id.clone()).collect(),
        });
    }
    report
}

/// The first broken edge, in layer order.
#[must_use]
pub fn first_broken(path: &PathReport) -> Option<&Edge> {
    with_status(path, Status::Broken).min_by_key(|edge| edge.layer)
}

/// The edges of a status, in drawing order.
pub fn with_status(path: &PathReport, status: Status) -> impl Iterator<Item = &Edge> {
    path.edges.iter().filter(move |edge| edge.status == status)
}

/// How far each node is from where the path starts: the longest way to it, in edges. Circles are cut where they close.
#[must_use]
pub fn ranks(path: &PathReport) -> Vec<usize> {
    let position: HashMap<&str, usize> =
        path.nodes.iter().enumerate().map(|(at, node)| (node.id.as_str(), at)).collect();
    let mut ranks = vec![0; path.nodes.len()];
    // Longest ways settle after at most one round a node; a circle would never, so that is where it ends.
    for _ in 0..path.nodes.len() {
        let mut changed = false;
        for edge in &path.edges {
            let (Some(&from), Some(&to)) = (position.get(edge.from.as_str()), position.get(edge.to.as_str())) else {
                continue;
            };
            if ranks[to] <= ranks[from] && ranks[from] + 1 < path.nodes.len() {
                ranks[to] = ranks[from] + 1;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    ranks
}
