//! What playbooks see of the network, for labels.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::place::place;
use super::trip::trip;
use crate::azure::id;
use crate::azure::items::text;
use crate::facts::{Known, Reading};
use crate::model::Request;
use crate::provider::Ask;

/// The place and the way of a request: `{"place": {"label", "id", "kind"}, "way": {"label", "id", "kind"}}`. What is not known is left out.
pub fn view(request: &Request, reading: &Reading<'_>) -> Value {
    let mut view = Map::new();
    if let Known::Yes(place) = place(reading, &request.origin) {
        view.insert("place".into(), json!({"label": place.label, "id": place.reference, "kind": place.word}));
    }
    let with = BTreeMap::new();
    let ask = Ask { request, reading, with: &with, action: &request.action };
    if let Some((account, sub_resource)) = target(request, reading)
        && let Known::Yes(trip) = trip(&ask, account, sub_resource)
    {
        let way = trip.way;
        let id = way.private_endpoint.or(way.subnet).or(way.resource).unwrap_or_else(|| way.label.clone());
        view.insert("way".into(), json!({"label": way.label, "id": id, "kind": way.arrival.as_str()}));
    }
    Value::Object(view)
}

/// ARM id of the account that the request goes to, and the sub-resource: by its host name, its ARM id, or the datastore that names it.
fn target<'a>(request: &'a Request, reading: &Reading<'a>) -> Option<(&'a str, &'a str)> {
    let resource = request.resource.as_str();
    if let Some(account) = id::up_to(resource, "storageAccounts") {
        return Some((account, "blob"));
    }
    if let Some((_, rest)) = resource.split_once("://").filter(|(scheme, _)| scheme.starts_with("http")) {
        let host = rest.split(['/', ':', '?']).next()?;
        let mut labels = host.split('.');
        let (name, rest) = (labels.next()?, labels);
        let sub = rest
            .into_iter()
            .find(|label| ["blob", "dfs", "file", "queue", "table", "web"].contains(label))
            .unwrap_or("blob");
        return Some((named(reading, name)?, sub));
    }
    let (_, after) = resource.split_once("/datastores/").filter(|_| resource.starts_with("azureml:"))?;
    let wanted = after.split('/').next()?;
    let datastores = reading.facts().of_call("ml:GetDatastore").filter_map(|(_, fact)| fact.body.as_ref());
    let datastore = datastores
        .into_iter()
        .find(|body| text(body, "name").or_else(|| text(body, "id").map(id::name)) == Some(wanted))?;
    let sub = if text(datastore, "datastoreType") == Some("AzureDataLakeGen2") { "dfs" } else { "blob" };
    Some((named(reading, text(datastore, "accountName")?)?, sub))
}

/// The account of this name, among those that were read.
fn named<'a>(reading: &Reading<'a>, name: &str) -> Option<&'a str> {
    let ids = reading.facts().of_call("storage:GetAccount").filter_map(|(_, fact)| fact.params.get("id")?.as_str());
    ids.into_iter().find(|account| id::name(account).eq_ignore_ascii_case(name))
}
