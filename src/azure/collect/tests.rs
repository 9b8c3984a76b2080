//! The live source against a server on this machine.

mod server;

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};

use self::server::{Canned, Seen, Server, canned, jwt, ok};
use super::{ENDPOINT, Live, LiveOptions, Variables};
use crate::azure::calls::{CALLS, Host, Method};
use crate::facts::{Answer, Call, Credentials, Fact, FactStatus, Source};
use crate::model::{ANONYMOUS, Request};

const ACCOUNT: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acct";
const APPLICATION: &[(&str, &str)] =
    &[("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_CLIENT_SECRET", "hush-hush")];

fn live(server: &Server, variables: &[(&str, &str)]) -> Live {
    live_for(server, variables, Duration::from_secs(5))
}

fn live_for(server: &Server, variables: &[(&str, &str)], timeout: Duration) -> Live {
    let endpoint = (ENDPOINT, server.url.as_str());
    let variables: Variables = variables.iter().copied().chain([endpoint]).collect();
    Live::connect(LiveOptions { timeout, attempts: 4, variables }).unwrap()
}

fn call(name: &str, params: &Value) -> Call {
    Call { name: name.into(), params: params.as_object().unwrap().clone() }
}

async fn ask(live: &Live, name: &str, params: Value) -> Answer {
    live.ask(&call(name, &params), Credentials::Caller).await
}

fn ended(answer: &Answer) -> (FactStatus, &str) {
    (answer.status, answer.error.as_ref().map_or("", |error| error.code.as_str()))
}

fn nothing(_: &Seen) -> Canned {
    canned(404, json!({}))
}

/// Many calls at once ask for one token; it goes along with each; of its claims only the harmless ones are told, and itself nowhere.
#[tokio::test]
async fn one_token_a_scope_signs_every_call() {
    let server = Server::start(|seen| match seen.target.contains("/oauth2/") {
        true => canned(404, json!({})),
        false => ok(json!({"id": "x"})),
    })
    .await;
    let live = live(&server, APPLICATION);
    let arm = (0..8).map(|_| ask(&live, "storage:GetAccount", json!({"id": ACCOUNT})));
    let answers = join_all(arm).await;
    assert!(answers.iter().all(|answer| answer.status == FactStatus::Ok), "{answers:?}");
    ask(&live, "graph:GetUser", json!({"id": "ds_x.de#EXT#@contoso.com"})).await;
    let claims = ask(&live, "entra:GetToken", json!({})).await;
    let scope = "https%3A%2F%2Fmanagement.azure.com%2F.default";
    assert_eq!(claims.body, Some(json!({"oid": "o-1", "aud": scope, "credential": "client-secret"})));

    let tokens: Vec<Seen> = server.all().into_iter().filter(|seen| seen.target.contains("/oauth2/")).collect();
    assert_eq!(tokens.len(), 2, "one for Resource Manager, one for Graph");
    assert!(tokens.iter().all(|seen| seen.target == "/login.microsoftonline.com/t/oauth2/v2.0/token"));
    let seen = server.seen();
    assert!(seen.iter().all(|seen| seen.headers["authorization"].starts_with("Bearer eyJ")));
    assert_eq!(seen[0].target, format!("/management.azure.com{ACCOUNT}?api-version=2023-05-01"));
    assert_eq!(seen[8].target, "/graph.microsoft.com/v1.0/users/ds_x.de%23EXT%23@contoso.com");
}

#[tokio::test]
async fn the_authority_chooses_the_cloud() {
    let server = Server::start(nothing).await;
    let mut variables = APPLICATION.to_vec();
    variables.push(("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/"));
    let by_name = Server { url: server.url.replace("127.0.0.1", "localhost"), ..server };
    ask(&live(&by_name, &variables), "subscriptions:List", json!({})).await;
    let targets: Vec<String> = by_name.all().into_iter().map(|seen| seen.target).collect();
    let expected = [
        "/login.microsoftonline.us/t/oauth2/v2.0/token",
        "/management.usgovcloudapi.net/subscriptions?api-version=2022-12-01",
    ];
    assert_eq!(targets, expected);
}

/// A workload's file, a compute's own identity, a virtual machine's: each is asked in its own way.
#[tokio::test]
async fn each_kind_of_sign_in_is_asked_in_its_own_way() {
    let token = jwt(&json!({"oid": "mi", "xms_mirid": "/subscriptions/s/x", "ver": "1.0"}));
    let given = token.clone();
    let server = Server::start(move |seen| match seen.target.as_str() {
        target if target.starts_with("/msi") && seen.headers.get("secret").is_some_and(|secret| secret == "s3cret") => {
            ok(json!({"access_token": given, "expires_on": "4102444800", "resource": "r", "token_type": "Bearer"}))
        }
        target if target.starts_with("/169.254.169.254/metadata/identity/oauth2/token") => {
            match seen.headers.contains_key("metadata") {
                true => ok(json!({"access_token": "opaque", "expires_on": "4102444800", "resource": "r", "token_type": "Bearer"})),
                false => canned(400, json!({"error": "invalid_request"})),
            }
        }
        _ => canned(404, json!({})),
    })
    .await;
    let msi = format!("{}/msi/auth", server.url);
    let compute = [("MSI_ENDPOINT", msi.as_str()), ("MSI_SECRET", "s3cret"), ("DEFAULT_IDENTITY_CLIENT_ID", "u-1")];
    let claims = ask(&live(&server, &compute), "entra:GetToken", json!({})).await;
    let expected = json!({"oid": "mi", "xms_mirid": "/subscriptions/s/x", "credential": "azure-ml-managed-identity"});
    assert_eq!(claims.body, Some(expected));
    let asked = server.all().pop().unwrap().target;
    assert_eq!(asked, "/msi/auth?api-version=2017-09-01&resource=https%3A%2F%2Fmanagement.azure.com&clientid=u-1");

    // A token that cannot be read says how it was got, and nothing else.
    let opaque = ask(&live(&server, &[("AZURE_CLIENT_ID", "u-2")]), "entra:GetToken", json!({})).await;
    assert_eq!(opaque.body, Some(json!({"credential": "vm-managed-identity"})));
    assert!(server.all().pop().unwrap().target.contains("client_id=u-2"));

    let file = std::env::temp_dir().join(format!("gatewalk-federated-{}", std::process::id()));
    std::fs::write(&file, "an assertion").unwrap();
    let path = file.display().to_string();
    let workload = [("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_FEDERATED_TOKEN_FILE", path.as_str())];
    let claims = ask(&live(&server, &workload), "entra:GetToken", json!({})).await;
    std::fs::remove_file(&file).unwrap();
    assert_eq!(claims.body.unwrap()["credential"], "workload-identity");
}

/// A sign-in that is refused says so once, with Entra ID's own code; a secret is in no message.
#[tokio::test]
async fn a_refused_sign_in_is_an_error_with_its_code() {
    let server = Server::start(|_| {
        let said = "AADSTS7000215: Invalid client secret provided. client_secret=hush-hush\r\nTrace ID: 1";
        canned(401, json!({"error": "invalid_client", "error_codes": [7_000_215], "error_description": said}))
    })
    .await;
    let live = live(&server, APPLICATION);
    for name in ["entra:GetToken", "subscriptions:List"] {
        let answer = ask(&live, name, json!({})).await;
        assert_eq!(ended(&answer), (FactStatus::Error, "AADSTS7000215"), "{answer:?}");
        let message = answer.error.unwrap().message;
        assert!(message.contains("Invalid client secret") && !message.contains("hush"), "{message}");
    }
    assert_eq!(server.all().len(), 1, "what was refused is not asked again");
}

#[tokio::test]
async fn pages_become_one_answer_and_stay_at_home() {
    let server = Server::start(|seen| {
        let list = |items: Value, next: &str| ok(json!({"value": items, "nextLink": next}));
        let page = "https://management.azure.com/subscriptions?page";
        match seen.target.split_once("management.azure.com").map_or("", |(_, rest)| rest) {
            target if target.contains("roleAssignments?api") => list(json!([{"name": "a"}]), &format!("{page}=2")),
            "/subscriptions?page=2" => list(json!([{"name": "b"}]), "/subscriptions?page=3"),
            "/subscriptions?page=3" => ok(json!({"value": [{"name": "c"}]})),
            target if target.contains("denyAssignments") => list(json!([]), "https://elsewhere.example/steal"),
            target if target.contains("locks") => list(json!([]), "http://management.azure.com/subscriptions"),
            target if target.contains("storageAccounts") => list(json!([{"name": "x"}]), &format!("{page}=same")),
            "/subscriptions?page=same" => list(json!([]), &format!("{page}=same")),
            _ => canned(404, json!({})),
        }
    })
    .await;
    let live = live(&server, APPLICATION);
    let filter = "assignedTo('o 1') and x eq 'a+b&c'";
    let answer = ask(&live, "authorization:ListRoleAssignments", json!({"id": ACCOUNT, "filter": filter})).await;
    assert_eq!(answer.body, Some(json!({"value": [{"name": "a"}, {"name": "b"}, {"name": "c"}]})));
    let target = &server.seen()[0].target;
    let query = "?api-version=2022-04-01&$filter=assignedTo%28%27o%201%27%29%20and%20x%20eq%20%27a%2Bb%26c%27";
    assert!(target.ends_with(query), "{target}");
    for (name, code) in [
        ("authorization:ListDenyAssignments", "OtherHost"),
        ("authorization:ListLocks", "OtherHost"),
        ("storage:ListAccounts", "EndlessList"),
    ] {
        let answer = ask(&live, name, json!({"id": "/subscriptions/s"})).await;
        assert_eq!((ended(&answer), &answer.body), ((FactStatus::Error, code), &None), "{name}");
    }
    assert!(server.all().iter().all(|seen| !seen.target.contains("elsewhere")));
}

#[tokio::test]
async fn passing_trouble_is_waited_out_as_the_server_asks() {
    let throttled = || canned(429, json!({"error": {"code": "TooManyRequests", "message": "slow down"}}));
    let server = Server::start(move |seen| {
        let at = seen.before;
        match seen.target.split('/').nth(3).unwrap_or_default().split('?').next().unwrap_or_default() {
            "seconds" if at == 0 => throttled().with("Retry-After", "1"),
            "millis" if at < 2 => throttled().with("x-ms-retry-after-ms", "30"),
            "date" if at == 0 => throttled().with("Retry-After", "Wed, 25 Nov 2020 18:53:35 GMT"),
            "server" if at == 0 => canned(503, json!({})),
            "cut" if at == 0 => Canned::default(),
            "long" => throttled().with("Retry-After", "3000"),
            "always" => canned(500, json!({"error": {"code": "InternalServerError", "message": "no"}}))
                .with("x-ms-retry-after-ms", "5"),
            "slow" => {
                std::thread::sleep(Duration::from_millis(700));
                ok(json!({}))
            }
            _ => ok(json!({"ok": true})),
        }
    })
    .await;
    let live = live(&server, APPLICATION);
    let cases = [
        ("seconds", FactStatus::Ok, "", 2, 1000),
        ("millis", FactStatus::Ok, "", 3, 60),
        ("date", FactStatus::Ok, "", 2, 0),
        ("server", FactStatus::Ok, "", 2, 150),
        ("cut", FactStatus::Ok, "", 2, 150),
        ("long", FactStatus::Error, "TooManyRequests", 1, 0),
        ("always", FactStatus::Error, "InternalServerError", 4, 15),
    ];
    join_all(cases.map(|(name, status, code, times, at_least)| {
        let (live, server) = (&live, &server);
        async move {
            let began = Instant::now();
            let answer = ask(live, "subscriptions:Get", json!({"id": format!("/subscriptions/{name}")})).await;
            let took = began.elapsed().as_millis();
            assert_eq!(ended(&answer), (status, code), "{name}");
            let asked = server.seen().iter().filter(|seen| seen.target.contains(&format!("/{name}?"))).count();
            assert_eq!(asked, times, "{name}");
            assert!(took >= at_least && took < at_least + 2500, "{name}: {took} ms");
        }
    }))
    .await;
    let hasty = live_for(&server, APPLICATION, Duration::from_millis(300));
    let answer = ask(&hasty, "subscriptions:Get", json!({"id": "/subscriptions/slow"})).await;
    assert_eq!(ended(&answer), (FactStatus::Error, "Timeout"));
}

#[tokio::test]
async fn an_answer_may_come_later() {
    let server = Server::start(|seen| {
        let at = seen.before;
        let later = || canned(202, json!({})).with("Retry-After", "0");
        let home = |path: &str| format!("https://management.azure.com/operations/{path}");
        let target = seen.target.as_str();
        match target.rsplit('/').next().unwrap_or_default() {
            _ if target.contains("/nic-a/") => {
                later().with("Location", home("a")).with("Azure-AsyncOperation", home("status"))
            }
            "a" if at == 0 => later(),
            "a" => ok(json!({"value": [{"state": "Active"}]})),
            _ if target.contains("/nic-b/") => later().with("Azure-AsyncOperation", home("b")),
            "b" if at == 0 => ok(json!({"status": "InProgress"})).with("x-ms-retry-after-ms", "5"),
            "b" => ok(json!({"status": "Succeeded", "properties": {"output": {"value": [1]}}})),
            _ if target.contains("/nic-c/") => later().with("Azure-AsyncOperation", home("c")),
            "c" => {
                ok(json!({"status": "Failed", "error": {"code": "NicNotAttached", "message": "the machine is off"}}))
            }
            _ if target.contains("/nic-d/") => later().with("Location", "https://elsewhere.example/steal"),
            _ if target.contains("/nic-e/") => ok(json!({"value": []})),
            _ => canned(404, json!({})),
        }
    })
    .await;
    let live = live(&server, APPLICATION);
    for (nic, body, end) in [
        ("nic-a", Some(json!({"value": [{"state": "Active"}]})), (FactStatus::Ok, "")),
        ("nic-b", Some(json!({"value": [1]})), (FactStatus::Ok, "")),
        ("nic-c", None, (FactStatus::Error, "NicNotAttached")),
        ("nic-d", None, (FactStatus::Error, "OtherHost")),
        ("nic-e", Some(json!({"value": []})), (FactStatus::Ok, "")),
    ] {
        let id = format!("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/{nic}");
        let answer = ask(&live, "network:GetEffectiveRoutes", json!({"id": id})).await;
        assert_eq!((ended(&answer), &answer.body), (end, &body), "{nic}");
    }
    let posts = server.seen().iter().filter(|seen| seen.method == "POST").count();
    assert_eq!(posts, 5, "what runs is looked at, not started again");
}

#[tokio::test]
async fn refusals_are_told_in_the_words_of_each_service() {
    use FactStatus::{Denied, Error, NotFound, Ok};
    let xml = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>AuthorizationFailure</Code><Message>This request is not \
               authorized to perform this operation.\nRequestId:1</Message></Error>";
    let server = Server::start(move |seen| {
        let error = |status, code: &str| canned(status, json!({"error": {"code": code, "message": "it says why"}}));
        match seen.target.split('/').nth(3).unwrap_or_default().split('?').next().unwrap_or_default() {
            "arm" => error(403, "AuthorizationFailed"),
            "graph" => canned(
                403,
                json!({"error": {"code": "Authorization_RequestDenied", "message": "it says why", "innerError": {}}}),
            ),
            "odata" => canned(
                404,
                json!({"odata.error": {"code": "Request_ResourceNotFound", "message": {"value": "it says why"}}}),
            ),
            "bare" => canned(409, json!({"code": "Conflict", "message": "it says why"})),
            "xml" => Canned { status: 403, body: xml.into(), ..Canned::default() },
            "header" => canned(403, Value::Null).with("x-ms-error-code", "AuthorizationPermissionMismatch"),
            "number" => Canned { status: 403, ..Canned::default() },
            "expired" => error(401, "ExpiredAuthenticationToken"),
            "tenant" => error(401, "InvalidAuthenticationTokenTenant"),
            "missing" => error(401, "AuthenticationFailed"),
            "absent" => error(404, "ResourceNotFound"),
            "subscription" => error(404, "SubscriptionNotFound"),
            "group" => error(404, "ResourceGroupNotFound"),
            "licence" => error(400, "AadPremiumLicenseRequired"),
            "bad" => error(400, "InvalidFilter"),
            "unsupported" => error(404, "InvalidResourceType"),
            "page" => Canned { status: 200, body: "<html>".into(), ..Canned::default() },
            "marked" => Canned { status: 200, body: "\u{feff}{\"id\": \"x\"}".into(), ..Canned::default() },
            "moved" => canned(302, json!({})).with("Location", "https://elsewhere.example/"),
            "secret" => canned(
                403,
                json!({"error": {"code": "Odd", "message": "https://a.blob.core.windows.net/c?sig=hush%3D&sp=r"}}),
            ),
            _ => canned(404, json!({})),
        }
    })
    .await;
    let live = live(&server, APPLICATION);
    for (name, status, code) in [
        ("arm", Denied, "AuthorizationFailed"),
        ("graph", Denied, "Authorization_RequestDenied"),
        ("odata", NotFound, "Request_ResourceNotFound"),
        ("bare", Error, "Conflict"),
        ("xml", Denied, "AuthorizationFailure"),
        ("header", Denied, "AuthorizationPermissionMismatch"),
        ("number", Denied, "403"),
        ("expired", Error, "ExpiredAuthenticationToken"),
        ("tenant", Error, "InvalidAuthenticationTokenTenant"),
        ("missing", Denied, "AuthenticationFailed"),
        ("absent", NotFound, "ResourceNotFound"),
        ("subscription", NotFound, "SubscriptionNotFound"),
        ("group", NotFound, "ResourceGroupNotFound"),
        ("licence", NotFound, "AadPremiumLicenseRequired"),
        ("bad", Error, "InvalidFilter"),
        ("unsupported", Error, "InvalidResourceType"),
        ("page", Error, "Unreadable"),
        ("marked", Ok, ""),
        ("moved", Error, "302"),
        ("secret", Denied, "Odd"),
    ] {
        let answer = ask(&live, "subscriptions:Get", json!({"id": format!("/subscriptions/{name}")})).await;
        assert_eq!(ended(&answer), (status, code), "{name}");
        let message = answer.error.map(|error| error.message).unwrap_or_default();
        assert!(!message.contains("hush") && !message.contains('\n'), "{name}: {message}");
    }
}

/// The whole table, one by one: GET everywhere but for the POSTs that read, and no parameter leads out of its place.
#[tokio::test]
async fn no_call_writes() {
    let server = Server::start(|seen| match seen.target.contains("/oauth2/") {
        true => canned(404, json!({})),
        false => ok(json!({"value": [], "credentials": {"secrets": {"key": "hush"}}})),
    })
    .await;
    let live = live(&server, APPLICATION);
    let params =
        json!({"id": ACCOUNT, "location": "westeurope", "ids": ["o"], "types": ["group"], "query": "resources"});
    for known in CALLS.iter().filter(|known| known.host != Host::Token) {
        let answer = ask(&live, known.name, params.clone()).await;
        assert_eq!(
            (answer.status, &answer.body),
            (FactStatus::Ok, &Some(json!({"value": [], "credentials": {}}))),
            "{}",
            known.name
        );
        let seen = server.all().pop().unwrap();
        let expected = if known.method == Method::Get { "GET" } else { "POST" };
        assert_eq!(seen.method, expected, "{}", known.name);
        let host = if known.host == Host::Graph { "/graph.microsoft.com/v1.0/" } else { "/management.azure.com/" };
        assert!(seen.target.starts_with(host), "{}", seen.target);
        assert_eq!(seen.target.contains("api-version="), known.host == Host::Arm, "{}", seen.target);
        let body: Value = serde_json::from_str(&seen.body).unwrap_or_default();
        let expected = match known.name {
            "graph:GetMemberObjects" => json!({"securityEnabledOnly": true}),
            "graph:GetByIds" => json!({"ids": ["o"], "types": ["group"]}),
            "resourcegraph:SearchResources" => json!({"query": "resources"}),
            _ => Value::Null,
        };
        assert_eq!(body, expected, "{}", known.name);
    }
    let before = server.all().len();
    for (name, params) in [
        ("storage:GetAccount", json!({})),
        ("storage:GetAccount", json!({"id": "https://elsewhere.example/"})),
        ("graph:GetUser", json!({"id": ".."})),
        ("storage:ListKeys", json!({"id": ACCOUNT})),
    ] {
        assert_eq!(ask(&live, name, params).await.status, FactStatus::Error, "{name}");
    }
    assert_eq!(server.all().len(), before);
}

fn request(resource: &str, principal: &str, hns: bool) -> Request {
    let inputs = if hns { [("hns".to_owned(), "true".to_owned())].into() } else { std::collections::BTreeMap::new() };
    Request { resource: resource.into(), principal: principal.into(), inputs, ..Request::default() }
}

#[tokio::test]
async fn a_probe_asks_for_heads_only() {
    let server = Server::start(|seen| {
        let refused = |status, code: &'static str| canned(status, Value::Null).with("x-ms-error-code", code);
        match seen.target.as_str() {
            target if target.contains(".dfs.") => match target.split('?').next().unwrap_or_default() {
                "/acct.dfs.core.windows.net/c/" => canned(200, Value::Null)
                    .with("x-ms-owner", "$superuser")
                    .with("x-ms-group", "$superuser")
                    .with("x-ms-permissions", "rwxr-x---")
                    .with("x-ms-acl", "user::rwx,group::r-x,other::---"),
                _ => refused(403, "AuthorizationPermissionMismatch"),
            },
            "/acct.blob.core.windows.net/c/a/b.csv" => refused(403, "AuthorizationFailure"),
            "/acct.blob.core.windows.net/c?restype=container" => {
                canned(200, Value::Null).with("x-ms-blob-public-access", "blob")
            }
            "/other.blob.core.windows.net/c/b" => refused(401, "InvalidAuthenticationInfo"),
            _ => canned(404, json!({})),
        }
    })
    .await;
    let live = live(&server, APPLICATION);
    let shapes = |facts: &[Fact]| -> Vec<Value> {
        let code = |fact: &Fact| fact.error.as_ref().map(|error| error.code.clone());
        facts.iter().map(|fact| json!([fact.call, fact.params, fact.status, fact.body, code(fact)])).collect()
    };
    let blob = "https://acct.blob.core.windows.net/c/a/b.csv";
    let facts = live.probe(&request(&format!("{blob}?sig=hush"), "o-1", true)).await;
    let item = |path: &str| json!({"account": "acct", "filesystem": "c", "path": path});
    let root = json!({"owner": "$superuser", "group": "$superuser", "permissions": "rwxr-x---", "acl": "user::rwx,group::r-x,other::---"});
    let expected = vec![
        json!(["probe:HeadBlob", {"url": blob}, "denied", null, "AuthorizationFailure"]),
        json!(["probe:GetAccessControl", item(""), "ok", root, null]),
        json!(["probe:GetAccessControl", item("a"), "denied", null, "AuthorizationPermissionMismatch"]),
        json!(["probe:GetAccessControl", item("a/b.csv"), "denied", null, "AuthorizationPermissionMismatch"]),
    ];
    assert_eq!(shapes(&facts), expected);
    assert!(server.seen().iter().all(|seen| seen.method == "HEAD" && seen.headers["x-ms-version"] == "2023-11-03"));
    let token = server.all().into_iter().find(|seen| seen.target.contains("/oauth2/")).unwrap();
    assert!(token.body.contains("scope=https%3A%2F%2Fstorage.azure.com%2F.default"));

    let facts = live.probe(&request("https://acct.blob.core.windows.net/c", ANONYMOUS, false)).await;
    let container = json!({"url": "https://acct.blob.core.windows.net/c"});
    let head = json!({"content-length": "4", "x-ms-blob-public-access": "blob"});
    assert_eq!(shapes(&facts), [json!(["probe:HeadContainer", container, "ok", head, null])]);
    assert!(!server.all().pop().unwrap().headers.contains_key("authorization"), "nobody signs for `anonymous`");

    let facts = live.probe(&request("https://other.blob.core.windows.net/c/b", "o-1", false)).await;
    assert_eq!((facts.len(), facts[0].status), (1, FactStatus::Denied));
    assert!(live.probe(&request(ACCOUNT, "o-1", false)).await.is_empty());
    assert!(live.probe(&request("https://elsewhere.example/c/b", "o-1", false)).await.is_empty());
}
