//! The path of a diagnosis as a picture that fits a pane: what is drawn how large, in which direction.

use std::collections::HashMap;
use std::sync::Arc;

use super::picture::{Picture, lay_out};
use super::text::{cut_middle, width};
use crate::model::{Diagnosis, Layer, Status, Verdict};
use crate::visible::one_line;

/// A station to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// Its node.
    pub id: String,
    /// `role`, `bucket`.
    pub kind: String,
    /// Its label, cut to what is drawn.
    pub label: String,
}

/// All edges between two stations, drawn as one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Node id.
    pub from: String,
    /// Node id.
    pub to: String,
    /// The worst of its edges.
    pub status: Status,
    /// How many gates are closed or unknown.
    pub pressing: usize,
    /// Ids of its edges.
    pub edges: Vec<String>,
    /// The layers of its edges.
    pub layers: Vec<Layer>,
}

/// A picture with what it shows.
#[derive(Debug)]
pub struct Route {
    /// The stations, in the order of the picture's.
    pub stations: Vec<Station>,
    /// The ways, in the order of the picture's.
    pub ways: Vec<Way>,
    /// The layout.
    pub picture: Picture,
    /// Stations have a box, with their kind in its border.
    pub boxed: bool,
    of: Arc<Diagnosis>,
    room: (usize, usize),
}

/// How a picture is drawn.
#[derive(Debug, Clone, Copy)]
struct Shape {
    /// Left to right.
    across: bool,
    /// Stations have boxes.
    boxed: bool,
    /// The most cells of a label.
    most: usize,
    /// A row more for each way.
    airy: bool,
}

const fn shape(across: bool, boxed: bool, most: usize, airy: bool) -> Shape {
    Shape { across, boxed, most, airy }
}

/// The shapes that are tried, the most telling one first.
const WIDE: &[Shape] = &[
    shape(true, true, 36, true),
    shape(true, true, 24, true),
    shape(false, true, 36, true),
    shape(false, true, 24, false),
    shape(true, true, 18, true),
    shape(false, false, 24, true),
    shape(false, false, 24, false),
];
const TALL: &[Shape] = &[
    shape(false, true, 30, true),
    shape(false, true, 20, false),
    shape(false, true, 15, false),
    shape(false, false, 24, true),
    shape(false, false, 24, false),
    shape(false, false, 20, false),
    shape(false, false, 16, false),
];
/// Beyond so many stations only the last shape is tried: it will not fit anyway, and is panned.
const MANY: usize = 40;

impl Route {
    /// The ways of a diagnosis: edges between the same two stations are one.
    pub fn ways(diagnosis: &Diagnosis) -> Vec<Way> {
        let mut ways: Vec<Way> = Vec::new();
        let mut places: HashMap<(&str, &str), usize> = HashMap::new();
        let mut pressing: HashMap<&str, usize> = HashMap::new();
        for gate in &diagnosis.gates {
            if matches!(gate.status, Verdict::Closed | Verdict::Unknown) {
                *pressing.entry(gate.edge.as_str()).or_default() += 1;
            }
        }
        for edge in &diagnosis.path.edges {
            let at = *places.entry((&edge.from, &edge.to)).or_insert_with(|| {
                ways.push(Way {
                    from: edge.from.clone(),
                    to: edge.to.clone(),
                    status: Status::Open,
                    pressing: 0,
                    edges: Vec::new(),
                    layers: Vec::new(),
                });
                ways.len() - 1
            });
            let way = &mut ways[at];
            way.status = worse(way.status, edge.status);
            way.pressing += pressing.get(edge.id.as_str()).copied().unwrap_or(0);
            way.edges.push(edge.id.clone());
            way.layers.push(edge.layer);
        }
        ways
    }

    /// Whether this is still the picture of this diagnosis for this room.
    pub fn fits(&self, diagnosis: &Arc<Diagnosis>, room: (usize, usize)) -> bool {
        self.room == room && Arc::ptr_eq(&self.of, diagnosis)
    }

    /// The picture that shows most in this room; larger than the room when none fits.
    pub fn of(diagnosis: &Arc<Diagnosis>, room: (usize, usize)) -> Option<Route> {
        // A cell is twice as high as it is wide.
        let shapes = if room.0 >= 64 && room.0 >= room.1 * 3 { WIDE } else { TALL };
        let shapes = if diagnosis.path.nodes.len() > MANY { &shapes[shapes.len() - 1..] } else { shapes };
        let mut last = None;
        for shape in shapes {
            let Some(route) = Route::shaped(diagnosis, room, *shape) else { continue };
            if route.picture.width <= room.0 && route.picture.height <= room.1 {
                return Some(route);
            }
            last = Some(route);
        }
        last
    }

    fn shaped(diagnosis: &Arc<Diagnosis>, room: (usize, usize), shape: Shape) -> Option<Route> {
        let Shape { across, boxed, most, airy } = shape;
        let path = &diagnosis.path;
        let station = |node: &crate::model::Node| Station {
            id: node.id.clone(),
            kind: cut_middle(&one_line(&node.kind), most),
            label: cut_middle(&one_line(&node.label), most),
        };
        let stations: Vec<Station> = path.nodes.iter().map(station).collect();
        let size = |station: &Station| match boxed {
            true => (width(&station.label).max(width(&station.kind)) + 4, 3),
            false => (width(&station.label) + 2, 1),
        };
        let sizes: Vec<(usize, usize)> = stations.iter().map(size).collect();
        let places: HashMap<&str, usize> =
            path.nodes.iter().enumerate().map(|(at, node)| (node.id.as_str(), at)).collect();
        let place = |id: &str| places.get(id).copied();
        let ways: Vec<Way> = Route::ways(diagnosis)
            .into_iter()
            .filter(|way| way.from != way.to && place(&way.from).is_some() && place(&way.to).is_some())
            .collect();
        let ends: Vec<(usize, usize)> =
            ways.iter().filter_map(|way| Some((place(&way.from)?, place(&way.to)?))).collect();
        let picture = lay_out(&sizes, &ends, across, airy)?;
        Some(Route { stations, ways, picture, boxed, of: diagnosis.clone(), room })
    }
}

fn worse(a: Status, b: Status) -> Status {
    match (a, b) {
        (Status::Broken, _) | (_, Status::Broken) => Status::Broken,
        (Status::Unknown, _) | (_, Status::Unknown) => Status::Unknown,
        _ => Status::Open,
    }
}
