//! A walk as the user meets it: from the form, paused, retried, read, taken along.

use super::sample::{app, call, drawn, events, live, press, refused, told, type_in, walked};
use crate::tui::message::{Effect, Msg};
use crate::tui::walk::View;
use crate::tui::{HostError, LiveRequest, StartRequest};

#[test]
fn a_fresh_user_sees_three_tasks_that_all_is_read_only_and_whose_account_is_used() {
    let text = drawn(&mut app(), 80, 24);
    for word in ["Diagnose", "Train", "Open a snapshot", "read-only", "profile dev", "123456789012"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(text.contains("Of late") && text.contains("saved.json") && text.contains("aws/s3-object"), "{text}");
}

#[test]
fn the_verdict_is_on_screen_at_80x24_with_where_why_fix_and_how_sure() {
    let text = drawn(&mut walked(), 80, 24);
    for word in [
        "BROKEN",
        "closed: endpoint-policy",
        "endpoint-policy is",
        "Where",
        "vpce-1",
        "nothing there allows it",
        "Fix",
        "Add the bucket",
        "Owner",
        "whoever administers",
        "Risk   low",
        "Sure   high",
        "$ aws ec2 modify-vpc-endpoint",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let mut unknown = walked();
    press(&mut unknown, &["n"]);
    let text = drawn(&mut unknown, 80, 24);
    assert!(text.contains("unknown: key-policy") && text.contains("Needs  kms:GetKeyPolicy"), "{text}");
}

#[test]
fn a_finished_walk_shows_the_broken_gate_unless_the_user_has_moved() {
    assert_eq!(walked().walk.unwrap().gate().unwrap().gate, "endpoint-policy");
    let mut app = told(live(), false, 5);
    press(&mut app, &["j"]);
    let number = app.begin_again();
    for event in events() {
        app.update(Msg::Engine(number, Box::new(event)));
    }
    assert_eq!(app.walk.unwrap().gate().unwrap().gate, "key-policy", "he stays where he is");
}

#[test]
fn until_the_user_moves_the_walk_leads_to_the_question_that_is_open_now() {
    let mut app = told(live(), true, 5);
    assert_eq!(app.walk.as_ref().unwrap().gate().unwrap().gate, "endpoint-policy", "the one that waits");
    let text = drawn(&mut app, 100, 30);
    assert!(text.contains("Does it let the request through?") && text.contains("waits for an answer"), "{text}");
}

#[test]
fn a_session_from_the_form() {
    let mut app = app();
    assert!(press(&mut app, &["Enter", "Enter"]).is_empty(), "an empty resource is refused");
    assert!(app.toast.as_ref().unwrap().contains("resource"));
    let checks = type_in(&mut app, "s3://b/q?");
    assert!(
        matches!(checks.last(), Some(Effect::Check(_, live)) if live.resource == "s3://b/q?"),
        "checked while typing"
    );
    app.update(Msg::Checked(app.form.version - 1, Ok("late".into())));
    assert!(!drawn(&mut app, 80, 24).contains("late"), "a late answer is not shown");
    let wrong = HostError { sentence: "no such thing".into(), next: "try another".into(), exit: 2 };
    app.update(Msg::Checked(app.form.version, Err(wrong)));
    assert!(drawn(&mut app, 80, 24).contains("✗ no such thing; try another"));
    assert!(press(&mut app, &["Enter"]).is_empty(), "what cannot be walked is not walked");
    // The role of a profile completes the field.
    press(&mut app, &["Tab", "Down"]);
    assert!(drawn(&mut app, 80, 24).contains("the role of profile dev"));
    press(&mut app, &["Enter"]);
    app.update(Msg::Checked(app.form.version, Ok("walks aws/s3-object".into())));
    let effects = press(&mut app, &["Enter"]);
    let [Effect::Walk(StartRequest::Live(live), false)] = &effects[..] else { panic!("{effects:?}") };
    let asked = (live.resource.as_str(), live.principal.as_deref(), live.action.as_deref());
    assert_eq!(asked, ("s3://b/q?", Some("arn:aws:iam::123456789012:role/dev"), None));
    // It could not be walked: the sentence is shown, and the form is kept.
    let number = app.begin_walk(StartRequest::Live(live.clone()), false);
    let error = HostError { sentence: "no credentials".into(), next: "sign in".into(), exit: 5 };
    app.update(Msg::Ended(number, Err(error)));
    assert!(drawn(&mut app, 80, 24).contains("no credentials"));
    press(&mut app, &["Esc"]);
    assert!(drawn(&mut app, 80, 24).contains("s3://b/q?"));
    assert_eq!(app.exit().error.unwrap().exit, 5);
}

#[test]
fn a_pasted_error_fills_the_form() {
    let mut app = app();
    let error = "User: ann is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/k\"";
    assert_eq!(app.update(Msg::Paste(error.into())), [Effect::Read(error.into())]);
    let read = LiveRequest {
        resource: "arn:aws:s3:::b/k".into(),
        action: Some("s3:GetObject".into()),
        ..LiveRequest::default()
    };
    app.filled(error, Some((read, "Reported: scp.".into())));
    assert!(drawn(&mut app, 80, 24).contains("arn:aws:s3:::b/k"));
    let walks = press(&mut app, &["Enter"]);
    let [Effect::Walk(StartRequest::Live(live), _)] = &walks[..] else { panic!("{walks:?}") };
    assert_eq!((live.error.as_deref(), live.action.as_deref()), (Some(error), Some("s3:GetObject")));
    // A text that tells nothing is not lost.
    let mut other = super::sample::app();
    other.filled("what is this", None);
    let text = drawn(&mut other, 80, 24);
    assert!(text.contains("what is this") && text.contains("No refusal"), "{text}");
}

#[test]
fn a_walk_is_paused_stepped_skipped_and_cancelled() {
    let mut app = told(live(), false, 3);
    assert_eq!(press(&mut app, &["Space"]), [Effect::Pause]);
    assert_eq!(press(&mut app, &["."]), [Effect::Step]);
    assert_eq!(press(&mut app, &["-"]), [Effect::Skip]);
    press(&mut app, &["Tab"]);
    assert!(drawn(&mut app, 100, 30).contains("Waiting for you: 2 queries"));
    assert_eq!(press(&mut app, &["Space"]), [Effect::GoOn]);
    assert_eq!(press(&mut app, &["x"]), [Effect::Cancel]);
    // A walk that has ended is walked again step by step.
    assert_eq!(press(&mut walked(), &["."]), [Effect::Walk(live(), true)]);
    assert_eq!(press(&mut walked(), &["w"]), [Effect::Walk(live(), false)]);
}

#[test]
fn one_query_is_asked_again() {
    // The call behind the gate that was refused, wherever the user looks.
    assert_eq!(press(&mut walked(), &["r"]), [Effect::Retry(call(&refused()))]);
    assert_eq!(press(&mut walked(), &["BackTab", "n", "r"]), [Effect::Retry(call(&refused()))]);
    assert!(press(&mut told(live(), false, 4), &["r"]).is_empty());
}

#[test]
fn what_an_older_walk_tells_is_not_heard() {
    let mut app = walked();
    app.begin_again();
    app.update(Msg::Ended(1, Err(HostError { sentence: "old".into(), next: String::new(), exit: 5 })));
    assert!(app.walk.unwrap().error.is_none());
}

#[test]
fn every_step_is_a_conversation() {
    let mut app = walked();
    press(&mut app, &["Enter"]);
    let text = drawn(&mut app, 120, 50);
    for word in [
        "Question Does it let the request through?",
        "Why now  Because it stands on the way.",
        "Asked    $ aws ec2 describe-vpc-endpoints",
        "← ok, 31 ms",
        "← denied, 12 ms: AccessDenied not allowed",
        "Decisive statement #0 of vpce-1 policy",
        "Verdict  ✗ endpoint-policy is closed.",
        "Fix      Add the bucket",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    press(&mut app, &["1"]);
    assert!(drawn(&mut app, 120, 50).contains("Verdict  ✓ identity-policy is open."), "any step can be gone back to");
}

#[test]
fn a_document_is_read_searched_and_folded() {
    let mut app = walked();
    press(&mut app, &["Enter", "Enter"]);
    let text = drawn(&mut app, 100, 30);
    assert!(
        text.contains("denied kms:GetKeyPolicy") && text.contains("AccessDenied: not allowed"),
        "refusals come first"
    );
    assert!(text.contains("The permission kms:GetKeyPolicy would open it"), "{text}");
    press(&mut app, &["]"]);
    let text = drawn(&mut app, 100, 30);
    assert!(text.contains("▌                \"Effect\": \"Allow\""), "the decisive part is marked: {text}");
    assert!(!text.contains("s3:PutObject") && !text.contains("team"), "the rest is folded: {text}");
    press(&mut app, &["/"]);
    type_in(&mut app, "team");
    press(&mut app, &["Enter"]);
    assert!(drawn(&mut app, 100, 40).contains("\"Key\": \"team\""), "what is found is unfolded");
    press(&mut app, &["Esc", "n"]);
    let walk = app.walk.as_ref().unwrap();
    assert!(walk.reading.document.marks.contains(&walk.reading.line), "n goes to what decides");
    press(&mut app, &["z", "z"]);
    assert!(drawn(&mut app, 100, 40).contains("▸"));
}

#[test]
fn what_is_taken_along_is_the_meaning() {
    let copied = |keys: &[&str]| match &press(&mut walked(), keys)[..] {
        [Effect::Copy(what, text)] => (*what, text.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(copied(&["y"]), ("the fix's command", "aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-1".into()));
    assert_eq!(copied(&["i"]).1, "vpce-1");
    assert_eq!(press(&mut walked(), &["Y"]), [Effect::CopyVerdict]);
    assert!(copied(&["n", "y"]).1.contains("would be settled by: kms:GetKeyPolicy"));
    assert!(copied(&["Enter", "Enter", "]", "y"]).1.contains("\"Effect\": \"Allow\""));
    assert!(copied(&["BackTab", "y"]).1.starts_with("aws ec2 describe-vpc-endpoints"));
    let (_, asking) = copied(&["a"]);
    for word in ["To whoever administers the network", "role/trainer", "s3:GetObject", "Add the bucket", "Risk: low"] {
        assert!(asking.contains(word), "{word}: {asking}");
    }
    let (_, looking) = copied(&["n", "a"]);
    assert!(looking.contains("- kms:GetKeyPolicy") && looking.contains("read-only"), "{looking}");
    assert!(press(&mut walked(), &["1", "a"]).is_empty(), "an open gate needs no asking");
}

#[test]
fn edges_are_selected_and_the_views_go_round() {
    let mut app = walked();
    press(&mut app, &["Right"]);
    assert_eq!(app.walk.as_ref().unwrap().gate().unwrap().gate, "key-policy", "the most telling gate of the next edge");
    press(&mut app, &["Left", "Left"]);
    assert_eq!(app.walk.as_ref().unwrap().gate().unwrap().gate, "route");
    let mut seen = Vec::new();
    for _ in View::ALL {
        press(&mut app, &["Tab"]);
        seen.push(app.walk.as_ref().unwrap().view());
    }
    assert_eq!(seen, [View::Steps, View::Evidence, View::Facts, View::Verdict]);
}

#[test]
fn a_signature_is_neither_shown_nor_kept() {
    let mut app = app();
    let effects = app.update(Msg::Paste("https://a.blob.core.windows.net/c/b?sp=r&sig=KEEP%2FOUT&se=1".into()));
    let text = drawn(&mut app, 100, 30);
    assert!(text.contains("sp=r&sig=…&se=1") && !text.contains("KEEP"), "{text}");
    let [Effect::Check(_, live)] = &effects[..] else { panic!("{effects:?}") };
    assert!(!live.resource.contains("KEEP"), "{live:?}");
    let walks = press(&mut app, &["Enter"]);
    assert!(!format!("{walks:?}").contains("KEEP"));
    app.begin_walk(
        StartRequest::Live(LiveRequest {
            resource: "https://b/k?X-Amz-Signature=KEEPOUT".into(),
            ..LiveRequest::default()
        }),
        false,
    );
    assert!(!drawn(&mut app, 100, 30).contains("KEEPOUT"));
}
