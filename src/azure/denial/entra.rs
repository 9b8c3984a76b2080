//! Sign-in errors of Microsoft Entra (Microsoft identity platform, "Microsoft Entra authentication and authorization error codes").

use super::note;
use crate::model::Denial;

/// Number, what it means. Others are told as refused sign-ins.
#[rustfmt::skip]
const CODES: &[(&str, &str)] = &[
    ("16000", "Several accounts are signed in: one must be chosen."),
    ("50001", "The audience that the token was asked for is not known in this tenant."),
    ("50020", "The user's account is not in this tenant: invite it as a guest, or sign in to the user's own tenant."),
    ("50034", "The directory does not know this user."),
    ("50053", "The account is locked, or the sign-in came from a blocked address."),
    ("50055", "The password has expired."),
    ("50057", "The user's account is disabled."),
    ("50058", "There is no session to sign in from silently: sign in again."),
    ("50076", "Multifactor authentication is asked for: sign in again, interactively."),
    ("50079", "The user must register for multifactor authentication first."),
    ("50105", "The user is not assigned to this application."),
    ("50126", "User name or password is wrong."),
    ("50158", "A control outside of Microsoft Entra asks for more: sign in again, interactively."),
    ("50173", "The sign-in was revoked (a changed password): sign in again."),
    ("53000", "Conditional Access asks for a compliant device."),
    ("53001", "Conditional Access asks for a device joined to the domain."),
    ("53003", "A Conditional Access policy refused the sign-in."),
    ("65001", "Nobody has consented to this application's use of the resource."),
    ("65004", "The user declined to consent."),
    ("70011", "The scope that the token was asked for is not valid."),
    ("70021", "No federated identity credential of the application fits the subject of the outside token."),
    ("70043", "The refresh token has ended by a sign-in frequency policy: sign in again."),
    ("70044", "The session has ended by a sign-in frequency policy: sign in again."),
    ("90002", "There is no such tenant."),
    ("90072", "The user's account is not in this tenant: sign in to the user's own tenant, or invite it as a guest."),
    ("500011", "The directory has no service principal for the audience that the token was asked for."),
    ("500133", "The assertion is outside of its time: check the clock."),
    ("500212", "The tenant's policy refuses access to this other tenant."),
    ("530003", "Conditional Access asks for a managed device."),
    ("530004", "Conditional Access accepts no such device."),
    ("700003", "The device is not in the directory."),
    ("700016", "The tenant does not know this application: another tenant, or it was deleted."),
    ("700024", "The assertion is outside of its time: check the clock."),
    ("700027", "The certificate does not fit the application."),
    ("700056", "The user's account is not in the directory any more."),
    ("700082", "The refresh token has expired by inactivity: sign in again."),
    ("700084", "The refresh token of a single-page application has ended: sign in again."),
    ("700211", "No federated identity credential of the application fits the issuer of the outside token."),
    ("700212", "No federated identity credential of the application fits the audience of the outside token."),
    ("700213", "No federated identity credential of the application fits the subject of the outside token."),
    ("7000112", "The application is disabled in the tenant."),
    ("7000215", "The client secret is wrong: its value is asked for, not its id."),
    ("7000222", "The client secret has expired."),
    ("7000229", "The application has no service principal in this tenant."),
];

/// Texts of client libraries that got no token at all, in lower case.
const NO_TOKEN: &[(&str, &str)] = &[
    ("please run 'az login'", "Nobody is signed in: `az login`."),
    ("please run: az login", "Nobody is signed in: `az login`."),
    ("no subscription found. run 'az login'", "Nobody is signed in: `az login`."),
    (
        "defaultazurecredential failed to retrieve a token",
        "The client library found no way to sign in; its list says why each failed.",
    ),
    (
        "chainedtokencredential failed to retrieve a token",
        "The client library found no way to sign in; its list says why each failed.",
    ),
    (
        "managedidentitycredential authentication unavailable",
        "There is no managed identity where the code runs, or its endpoint does not answer.",
    ),
    (
        "managed identity authentication unavailable",
        "There is no managed identity where the code runs, or its endpoint does not answer.",
    ),
    ("environmentcredential authentication unavailable", "The environment does not hold what a sign-in needs."),
    ("workloadidentitycredential authentication unavailable", "The workload's federated token is missing."),
    (
        "no sas token or oauth token is present",
        "AzCopy is not signed in: `azcopy login`, or a shared access signature in the address.",
    ),
    ("identity not found", "The managed identity is not assigned to where the code runs."),
];

/// The code in a text: `AADSTS` and a number.
pub fn code(text: &str) -> Option<String> {
    text.match_indices("AADSTS").find_map(|(at, mark)| {
        let rest = &text[at + mark.len()..];
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        (4..=8).contains(&end).then(|| format!("AADSTS{}", &rest[..end]))
    })
}

/// Tells the token where a sign-in was refused, or where there was none.
pub fn read(text: &str, denial: &mut Denial) {
    if super::code::own(text).is_some() {
        return;
    }
    let sentence = match code(text) {
        Some(code) => about(&code),
        None => {
            let lower = text.to_ascii_lowercase();
            let Some((_, sentence)) = NO_TOKEN.iter().find(|(words, _)| lower.contains(words)) else { return };
            sentence
        }
    };
    denial.reported.gate = Some("token".into());
    denial.principal = denial.principal.take().or_else(|| user(text));
    note(denial, sentence);
}

/// What a code means.
pub fn about(code: &str) -> &'static str {
    let number = code.trim_start_matches("AADSTS");
    let known = CODES.iter().find(|(known, _)| *known == number);
    known.map_or("Microsoft Entra refused the sign-in.", |(_, sentence)| sentence)
}

/// `User account 'NAME@DOMAIN' from identity provider …`, `The user account {NAME}@… does not exist`.
fn user(text: &str) -> Option<String> {
    let mark = "ser account '";
    let (_, rest) = text.split_once(mark)?;
    let name = &rest[..rest.find('\'')?];
    name.contains('@').then(|| name.to_owned())
}
