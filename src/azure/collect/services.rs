//! Each read call of the table as requests: its address, its body, all its pages, and answers that come later. There is no other way from
//! here to Azure.

use std::collections::HashSet;
use std::time::Duration;

use azure_core::http::Url;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::National;
use super::client::{Client, Verb, Wanted, asked_wait};
use super::failure::{self, without_mark};
use super::wire::Reply;
use crate::azure::calls::{Host, Method, ReadCall};
use crate::azure::id;
use crate::facts::{Call, Failed};
use crate::secret::scrub;

/// More pages than any tenant has; a server that hands them out for ever is not followed further.
const MOST_PAGES: usize = 1000;
/// How long to wait for an answer that comes later, where the server says nothing.
const LATER: Duration = Duration::from_millis(500);

/// Makes one call: all its pages.
pub async fn ask(client: &Client, national: &National, known: &ReadCall, call: &Call) -> Result<Value, Failed> {
    if known.host == Host::Token {
        return client.in_time(client.sign_in().claims()).await;
    }
    let wanted = wanted(national, known, call)?;
    let deadline = client.deadline();
    let first = client.answer(&wanted, deadline).await?;
    let first = match known.method {
        Method::PostLater => later(client, &wanted, first, deadline).await?,
        Method::Get | Method::Post => first,
    };
    let mut whole = pages(client, &wanted, read(&first)?).await?;
    scrub(&mut whole);
    Ok(whole)
}

/// The request of a call.
pub fn wanted(national: &National, known: &ReadCall, call: &Call) -> Result<Wanted, Failed> {
    let host = match known.host {
        Host::Graph => national.graph,
        Host::Arm | Host::Token => national.arm,
    };
    Ok(Wanted {
        url: url(host, known, call)?,
        verb: match known.method {
            Method::Get => Verb::Get,
            Method::Post | Method::PostLater => Verb::Query(body(call)),
        },
        scope: Some(National::scope(host)),
        headers: &[],
    })
}

fn url(host: &str, known: &ReadCall, call: &Call) -> Result<Url, Failed> {
    let no_url = || Failed::error("BadParameter", &format!("{} cannot be asked like that", call.name));
    let mut url: Url = format!("https://{host}/").parse().map_err(|_| no_url())?;
    {
        let mut path = url.path_segments_mut().map_err(|()| no_url())?;
        path.clear();
        for segment in known.path.split('/').filter(|segment| !segment.is_empty()) {
            let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
                path.push(segment);
                continue;
            };
            let value = call.params.get(name).and_then(Value::as_str).unwrap_or_default();
            match (name, known.host) {
                ("id", Host::Arm) if id::is_arm(value) || value == "/" => {
                    path.extend(value.split('/').filter(|part| !part.is_empty()));
                }
                // An object id, a user's name or a place is one segment, whatever is in it.
                (_, Host::Graph) | ("location", _) if !value.is_empty() && !matches!(value, "." | "..") => {
                    path.push(value);
                }
                _ => return Err(Failed::error("BadParameter", &format!("{}: `{name}` is `{value}`", call.name))),
            }
        }
    }
    let version =
        Some(known.version).filter(|version| !version.is_empty()).map(|version| format!("api-version={version}"));
    let filter = call.params.get("filter").and_then(Value::as_str).filter(|filter| !filter.is_empty());
    let filter = filter.map(|filter| format!("$filter={}", encoded(filter)));
    let query: Vec<String> = version.into_iter().chain(filter).collect();
    url.set_query(Some(query.join("&")).as_deref().filter(|query| !query.is_empty()));
    Ok(url)
}

/// A query's value with everything encoded; a space is `%20`, which is what OData reads.
fn encoded(text: &str) -> String {
    let Ok(mut url) = Url::parse("https://x/") else { return String::new() };
    url.query_pairs_mut().append_pair("", text);
    url.query().unwrap_or_default().trim_start_matches('=').replace('+', "%20")
}

/// The body of a POST that reads.
fn body(call: &Call) -> Option<Value> {
    let given = |name: &str| call.params.get(name).cloned();
    match call.name.as_str() {
        "graph:GetMemberObjects" => Some(json!({"securityEnabledOnly": true})),
        "graph:GetByIds" => {
            let mut body = json!({"ids": given("ids").unwrap_or_else(|| json!([]))});
            if let (Some(fields), Some(types)) = (body.as_object_mut(), given("types")) {
                fields.insert("types".into(), types);
            }
            Some(body)
        }
        "resourcegraph:SearchResources" => Some(json!({"query": given("query").unwrap_or_default()})),
        _ => None,
    }
}

fn read(reply: &Reply) -> Result<Value, Failed> {
    match without_mark(&reply.body) {
        [] if reply.status == 204 => Err(Failed::ended(crate::facts::FactStatus::NotFound, "204", "there is none")),
        bytes => serde_json::from_slice(bytes)
            .map_err(|error| Failed::unreadable(&format!("the answer is no JSON: {error}"))),
    }
}

/// The link to the next page, taken out of an answer.
fn next_page(page: &mut Value) -> Option<String> {
    let fields = page.as_object_mut()?;
    let links = ["nextLink", "@odata.nextLink"].map(|name| fields.shift_remove(name));
    links.into_iter().flatten().find_map(|link| link.as_str().filter(|link| !link.is_empty()).map(str::to_owned))
}

/// All pages as one answer. A list that does not come to its end is no answer: what it leaves out may decide.
async fn pages(client: &Client, first: &Wanted, mut whole: Value) -> Result<Value, Failed> {
    let list = ["value", "values"].into_iter().find(|name| whole.get(name).is_some_and(Value::is_array));
    let Some(list) = list else { return Ok(whole) };
    let mut seen = HashSet::from([first.url.to_string()]);
    let mut next = next_page(&mut whole);
    while let Some(link) = next {
        let url = same_host(&first.url, &link)?;
        if !seen.insert(url.to_string()) || seen.len() > MOST_PAGES {
            return Err(Failed::error("EndlessList", "the list's pages do not come to an end"));
        }
        let wanted = Wanted { url, verb: Verb::Get, ..first.clone() };
        let mut page = read(&client.answer(&wanted, client.deadline()).await?)?;
        next = next_page(&mut page);
        if let (Some(so_far), Some(more)) =
            (whole.get_mut(list).and_then(Value::as_array_mut), page.get_mut(list).and_then(Value::as_array_mut))
        {
            so_far.append(more);
        }
    }
    Ok(whole)
}

/// A link that a server gave. The next request carries the token, so it goes to no other host.
fn same_host(first: &Url, link: &str) -> Result<Url, Failed> {
    let url = first.join(link).ok();
    let stays = |url: &Url| {
        url.scheme() == "https"
            && url.host_str() == first.host_str()
            && url.port() == first.port()
            && url.username().is_empty()
            && url.password().is_none()
    };
    url.filter(stays)
        .ok_or_else(|| Failed::error("OtherHost", "the answer goes on at another host, where the token may not go"))
}

/// Waits for an answer that comes later (Azure Resource Manager, "Track asynchronous Azure operations"): `Location` answers 202 until the
/// answer is there; `Azure-AsyncOperation` alone says how far it is.
async fn later(client: &Client, first: &Wanted, mut reply: Reply, deadline: Instant) -> Result<Reply, Failed> {
    if reply.status != 202 {
        return Ok(reply);
    }
    let link = |reply: &Reply, name| reply.header(name).map(|link| same_host(&first.url, link)).transpose();
    let mut location = link(&reply, "location")?;
    let operation = link(&reply, "azure-asyncoperation")?;
    loop {
        let Some(url) = location.clone().or_else(|| operation.clone()) else {
            return Err(Failed::unreadable("it answers later and does not say where"));
        };
        let wait = asked_wait(&reply).unwrap_or(LATER);
        if Instant::now() + wait >= deadline {
            return Err(Failed::timeout());
        }
        sleep(wait).await;
        reply = client.answer(&Wanted { url, verb: Verb::Get, ..first.clone() }, deadline).await?;
        if reply.status == 202 {
            location = link(&reply, "location")?.or(location);
        } else if location.is_some() {
            return Ok(reply);
        } else if let Some(result) = result(&reply)? {
            return Ok(reply.with_body(result.to_string().into_bytes()));
        }
    }
}

/// What an operation came to; nothing while it runs. Its result stands under `properties`.
fn result(reply: &Reply) -> Result<Option<Value>, Failed> {
    let body = read(reply)?;
    let is = |wanted: &str| {
        body.get("status").and_then(Value::as_str).is_some_and(|status| status.eq_ignore_ascii_case(wanted))
    };
    if is("Failed") || is("Canceled") {
        return Err(failure::of(reply));
    }
    let properties = body.get("properties");
    let output = properties.map(|properties| properties.get("output").unwrap_or(properties));
    Ok(is("Succeeded").then(|| output.unwrap_or(&body).clone()))
}
