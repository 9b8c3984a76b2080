//! The path laid out as a picture. The only file that knows the layout crate: what comes out are rectangles and cells with an owner; the look is
//! painted elsewhere.

use std::collections::HashMap;

use ascii_dag::render::engine::ArmWeight;
use ascii_dag::{
    CellKind, CellMarker, CustomNode, Direction, Graph, HitResult, LayoutConfig, MarkerDirection, PortBound,
    PortPolicy, PortSide, RenderOptions, SceneComposer, ScenePlanner,
};

/// What a stroke's cell looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// A line with arms to these sides.
    Line {
        /// To the row above.
        up: bool,
        /// To the row below.
        down: bool,
        /// To the left.
        left: bool,
        /// To the right.
        right: bool,
    },
    /// The head of an arrow: up, down, left, right.
    Head(char),
}

/// One cell of a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Column.
    pub x: usize,
    /// Row.
    pub y: usize,
    /// What is drawn.
    pub ink: Ink,
    /// Whose it is: the position of the way in what was laid out.
    pub way: usize,
}

/// Where a station lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Area {
    /// Its left column.
    pub x: usize,
    /// Its first row.
    pub y: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// A layout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// The stations, in the order given.
    pub stations: Vec<Area>,
    /// The cells of the ways.
    pub spots: Vec<Spot>,
    /// For each way, the cell that carries its mark.
    pub marks: Vec<Option<(usize, usize)>>,
}

/// Lays out stations of these sizes and the ways between them, left to right or top to bottom, with room for the lines or without; `None` when that cannot be drawn.
pub fn lay_out(sizes: &[(usize, usize)], ways: &[(usize, usize)], across: bool, airy: bool) -> Option<Picture> {
    let mut graph = Graph::new();
    for (at, (width, height)) in sizes.iter().enumerate() {
        graph.add_node(at, CustomNode { label: "", width: *width, height: *height, painter: None, payload: "" });
    }
    for (from, to) in ways {
        graph.add_edge(*from, *to, None).from_port(PortSide::Downstream).to_port(PortSide::Upstream);
    }
    // Without this edges into one station share a trunk, and the mark of the broken one reads as part of the healthy one.
    graph.set_port_policy(PortPolicy::Spread(PortBound::Face));
    let mut config = LayoutConfig::standard();
    config.direction = if across { Direction::LeftRight } else { Direction::TopDown };
    config.node_spacing = if across { 1 } else { 2 };
    // Room for a mark on the way.
    config.level_spacing = match (across, airy) {
        (true, _) => 3,
        (false, airy) => usize::from(airy),
    };
    let layout = graph.compute_layout_with_config(&config);
    let options = RenderOptions::plain();
    let mut planner = ScenePlanner::new();
    let scene = planner.plan(&layout, &options.plan).quiet().ok()?;
    let mut picture = Picture {
        width: scene.width(),
        height: scene.height(),
        stations: vec![Area::default(); sizes.len()],
        ..Picture::default()
    };
    for node in layout.nodes() {
        if let Some(station) = picture.stations.get_mut(node.id) {
            *station = Area { x: node.x, y: node.y, width: node.width, height: node.height };
        }
    }
    let of_scene: HashMap<usize, usize> = scene.edges().map(|edge| (edge.scene_index, edge.input_index)).collect();
    let mut composer = SceneComposer::new(scene.composition_requirements(&options.compose));
    let painted = composer.visit_cells(&scene, |x, y, cell| {
        let HitResult::Edge(scene_index) = cell.owner else { return };
        if let (Some(&way), Some(ink)) = (of_scene.get(&scene_index), ink(cell.kind)) {
            picture.spots.push(Spot { x, y, ink, way });
        }
    });
    painted.ok()?;
    let mut spots: Vec<Vec<Spot>> = vec![Vec::new(); ways.len()];
    for spot in &picture.spots {
        spots.get_mut(spot.way)?.push(*spot);
    }
    picture.marks = spots.iter().map(|own| mark(own)).collect();
    Some(picture)
}

fn ink(kind: CellKind) -> Option<Ink> {
    match kind {
        CellKind::Stroke { arms } => {
            let is = |arm: ArmWeight| !matches!(arm, ArmWeight::None);
            Some(Ink::Line { up: is(arms.up), down: is(arms.down), left: is(arms.left), right: is(arms.right) })
        }
        CellKind::Marker { marker: CellMarker::Arrow { direction, .. } } => Some(Ink::Head(match direction {
            MarkerDirection::Up => '^',
            MarkerDirection::Down => 'v',
            MarkerDirection::Left => '<',
            MarkerDirection::Right => '>',
        })),
        _ => None,
    }
}

/// The cell in the middle of the straight parts of a way.
fn mark(own: &[Spot]) -> Option<(usize, usize)> {
    let straight = |spot: &&Spot| {
        matches!(
            spot.ink,
            Ink::Line { up: true, down: true, left: false, right: false }
                | Ink::Line { up: false, down: false, left: true, right: true }
        )
    };
    let straights: Vec<&Spot> = own.iter().filter(straight).collect();
    let middle = straights.get(straights.len() / 2).map(|spot| (spot.x, spot.y));
    middle.or_else(|| own.first().map(|spot| (spot.x, spot.y)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_has_a_mark_of_its_own_on_its_own_line() {
        // A path with two ways into one station: the trap that merges them.
        let sizes = [(12, 3), (12, 3), (12, 3), (12, 3), (12, 3)];
        let ways = [(0, 3), (0, 4), (1, 2), (2, 3), (3, 4)];
        for across in [true, false] {
            let picture = lay_out(&sizes, &ways, across, true).unwrap();
            let mut marks: Vec<(usize, usize)> = picture.marks.iter().map(|mark| mark.unwrap()).collect();
            for (way, (x, y)) in marks.iter().enumerate() {
                let spot = picture.spots.iter().find(|spot| (spot.x, spot.y) == (*x, *y)).unwrap();
                assert_eq!(spot.way, way);
            }
            marks.sort_unstable();
            marks.dedup();
            assert_eq!(marks.len(), ways.len());
            assert!(picture.stations.iter().all(|area| area.width == 12 && area.height == 3));
            let heads = picture.spots.iter().filter(|spot| matches!(spot.ink, Ink::Head(_))).count();
            assert_eq!(heads, ways.len(), "every way has its own head");
        }
    }
}
