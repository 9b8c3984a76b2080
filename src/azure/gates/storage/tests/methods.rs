//! State, transport, keys, anonymous reading and signatures, one by one.

use serde_json::{Value, json};

use super::super::super::words::account;
use super::{BLOBS, CONTAINER, SUBSCRIPTION, complete, fact, one, public, word, world};
use crate::facts::{FactStatus, Known, Why};

#[test]
fn transport_is_held_to_the_account() {
    for (properties, scheme, tls, wanted) in [
        (json!({}), "https", None, "open"),
        (json!({}), "http", None, "https-only"),
        (json!({"supportsHttpsTrafficOnly": false}), "http", None, "open"),
        (json!({"enableHttpsTrafficOnly": false}), "http", None, "open"),
        (json!({"supportsHttpsTrafficOnly": true}), "http", None, "https-only"),
        (json!({"supportsHttpsTrafficOnly": "yes"}), "http", None, "?"),
        (json!({"minimumTlsVersion": "TLS1_2"}), "https", None, "open"),
        (json!({"minimumTlsVersion": "TLS1_2"}), "https", Some("1.1"), "tls-version"),
        (json!({"minimumTlsVersion": "TLS1_0"}), "https", Some("1.0"), "open"),
        (json!({"minimumTlsVersion": "TLS1_3"}), "https", None, "?"),
        (json!({"minimumTlsVersion": "TLS1_3"}), "https", Some("TLSv1.3"), "open"),
        (json!({"minimumTlsVersion": "TLS1_2"}), "https", Some("new"), "?"),
    ] {
        let mut world = world(properties.clone()).with("scheme", json!(scheme));
        if let Some(tls) = tls {
            world = world.with("tls", json!(tls));
        }
        assert_eq!(one(&world, super::super::transport), wanted, "{properties} {scheme} {tls:?}");
    }
}

#[test]
fn keys_and_anonymous_reading_are_held_to_the_account() {
    for (auth, properties, wanted) in [
        ("entra", json!({"allowSharedKeyAccess": false}), "-"),
        ("user-delegation-sas", json!({"allowSharedKeyAccess": false}), "-"),
        ("key", json!({}), "open"),
        ("key", json!({"allowSharedKeyAccess": null}), "open"),
        ("key", json!({"allowSharedKeyAccess": false}), "disabled"),
        ("account-sas", json!({"allowSharedKeyAccess": false}), "disabled"),
        ("service-sas", json!({"allowSharedKeyAccess": false}), "disabled"),
        ("key", json!({"allowSharedKeyAccess": 1}), "?"),
    ] {
        assert_eq!(
            one(&world(properties.clone()).with("auth", json!(auth)), super::super::shared_key),
            wanted,
            "{auth} {properties}"
        );
    }
    let (read, list) = (format!("{BLOBS}/read"), "list".to_owned());
    for (allowed, level, action, wanted) in [
        (json!(true), "Blob", &read, "open"),
        (json!(true), "Container", &read, "open"),
        (json!(true), "Container", &list, "open"),
        (json!(true), "Blob", &list, "container-private"),
        (json!(true), "None", &read, "container-private"),
        (json!(true), "Container", &format!("{BLOBS}/write"), "container-private"),
        (json!(false), "Container", &read, "account-off"),
        (Value::Null, "Container", &read, "?"),
        (Value::Null, "None", &read, "container-private"),
    ] {
        let world =
            world(json!({"allowBlobPublicAccess": allowed})).container(json!({"publicAccess": level})).doing(action);
        let mut anonymous = world.clone();
        anonymous.request.principal = "anonymous".into();
        assert_eq!(one(&anonymous, super::super::public_blob_access), wanted, "{allowed} {level} {action}");
        assert_eq!(one(&world, super::super::public_blob_access), "-", "a request that is signed");
        let refused = word(&anonymous.ended(CONTAINER, FactStatus::Denied).ask(super::super::public_blob_access));
        assert_eq!(refused, if wanted == "account-off" { wanted } else { "?" }, "{allowed} {level} {action}");
    }
}

#[test]
fn states_are_told_apart() {
    let (write, delete) = (format!("{BLOBS}/write"), format!("{BLOBS}/delete"));
    let good = || world(json!({"statusOfPrimary": "available", "provisioningState": "Succeeded"}));
    let state = |state: &str| good().knows(SUBSCRIPTION, "/subscriptions/S1", json!({"state": state}));
    let mut unnamed = good();
    unnamed.with.remove("account");
    for (about, world, wanted) in [
        ("all well", good(), "open"),
        ("unavailable", world(json!({"statusOfPrimary": "unavailable"})), "unavailable"),
        ("being made", world(json!({"provisioningState": "ResolvingDNS"})), "unavailable"),
        ("warned", state("Warned"), "subscription-disabled"),
        ("disabled", state("Disabled"), "subscription-disabled"),
        ("past due", state("PastDue"), "open"),
        ("subscription refused", good().ended(SUBSCRIPTION, FactStatus::Denied), "?"),
        ("no such account", good().ended("storage:GetAccount", FactStatus::NotFound), "no-such-account"),
        ("account refused", good().ended("storage:GetAccount", FactStatus::Denied), "?"),
        ("no account of that name", unnamed, "?"),
        ("no such container", good().ended(CONTAINER, FactStatus::NotFound), "no-such-container"),
        ("a deleted container", good().container(json!({"deleted": true})), "no-such-container"),
        ("container refused", good().ended(CONTAINER, FactStatus::Denied), "?"),
        ("a hold does not keep from reading", good().container(json!({"hasLegalHold": true})), "open"),
        ("a hold keeps from deleting", good().container(json!({"hasLegalHold": true})).doing(&delete), "immutable"),
        (
            "a policy keeps from writing",
            good().container(json!({"hasImmutabilityPolicy": true})).doing(&write),
            "immutable",
        ),
        ("nothing keeps from writing", good().container(json!({"hasLegalHold": false})).doing("write"), "open"),
    ] {
        assert_eq!(one(&world, super::super::account_state), wanted, "{about}");
    }
    let disabled = state("Disabled").ask(super::super::account_state);
    assert_eq!(disabled.blame.as_deref(), Some("/subscriptions/s1"));
    let mut probed = fact("probe:HeadBlob", "", FactStatus::NotFound, None);
    probed.params = json!({"url": "https://mldata.blob.core.windows.net/train/a.csv"}).as_object().unwrap().clone();
    let mut new = good().container(json!({"hasLegalHold": true})).doing(&write);
    new.facts.push(probed);
    assert_eq!(one(&new, super::super::account_state), "open", "a new blob");
}

#[test]
fn signatures_are_held_to_their_use_and_never_shown() {
    let good = json!({"sp": "r", "se": "2026-02-01T00:00:00Z", "sr": "c", "sv": "2023-11-03", "sig": "KEEPOUT"});
    let but = |name: &str, value: &str| {
        let mut fields = good.clone();
        fields[name] = json!(value);
        fields
    };
    let ways = || [Known::Yes(public("203.0.113.7")), Known::Unknown(Why::not_readable("x"))];
    for (about, fields, wanted) in [
        ("good", good.clone(), ["open", "open"]),
        ("as a query", json!("?sp=r&se=2026-02-01&sr=b&sig=KEEPOUT"), ["open", "open"]),
        ("expired", but("se", "2026-01-15T11:00:00Z"), ["expired", "expired"]),
        ("not yet", but("st", "2026-01-16"), ["not-yet-valid", "not-yet-valid"]),
        ("for writing", but("sp", "w"), ["permission", "permission"]),
        ("for this address", but("sip", "203.0.113.7"), ["open", "?"]),
        ("for another address", but("sip", "203.0.113.8"), ["ip", "?"]),
        ("with a stored policy", but("si", "readers"), ["?", "?"]),
        ("without an end", json!({"sp": "r", "sr": "b"}), ["?", "?"]),
        ("nothing", json!({"sig": "KEEPOUT"}), ["?", "?"]),
    ] {
        for (way, wanted) in ways().into_iter().zip(wanted) {
            let world = world(json!({})).with("auth", json!("service-sas")).with("sas", fields.clone());
            let judgement = world.ask(|ask| match account(ask, "it") {
                Ok(account) => super::super::sas::by_way(ask, account, way.clone()),
                Err(judgement) => *judgement,
            });
            complete(&judgement);
            assert_eq!(word(&judgement), wanted, "{about}");
            assert!(!format!("{judgement:?}").contains("KEEPOUT"), "{about}: {judgement:?}");
        }
    }
    assert_eq!(one(&world(json!({})), super::super::sas), "-");
}
