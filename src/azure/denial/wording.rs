//! Sentences that stand for a code, where a tool passes on the sentence alone (Storage REST reference, "Common REST API error codes";
//! `az storage` replaces two of them by its own).

/// Part of the sentence in lower case, code; the longer first.
#[rustfmt::skip]
const SENTENCES: &[(&str, &str)] = &[
    ("because of the deny assignment with name", "DenyAssignmentAuthorizationFailed"),
    ("on the linked scope(s)", "LinkedAuthorizationFailed"),
    ("is not authorized to access linked subscription", "LinkedAuthorizationFailed"),
    ("does not have authorization to perform action", "AuthorizationFailed"),
    ("does not have authorization or an abac condition not fulfilled to perform action", "AuthorizationFailed"),
    ("because following scope(s) are locked", "ScopeLocked"),
    ("was disallowed by policy", "RequestDisallowedByPolicy"),
    ("access token is from the wrong issuer", "InvalidAuthenticationTokenTenant"),
    ("the access token expiry utc time", "ExpiredAuthenticationToken"),
    ("the access token has expired", "ExpiredAuthenticationToken"),
    ("the access token has been obtained for wrong audience", "InvalidAuthenticationTokenAudience"),
    ("this request is not authorized to perform this operation using this permission", "AuthorizationPermissionMismatch"),
    ("this request is not authorized to perform this operation using this source ip", "AuthorizationSourceIPMismatch"),
    ("this request is not authorized to perform this operation using this protocol", "AuthorizationProtocolMismatch"),
    ("this request is not authorized to perform this operation using this service", "AuthorizationServiceMismatch"),
    ("this request is not authorized to perform this operation using this resource type", "AuthorizationResourceTypeMismatch"),
    ("this request is not authorized to perform blob overwrites", "UnauthorizedBlobOverwrite"),
    ("this request is not authorized to perform this operation", "AuthorizationFailure"),
    ("you do not have the required permissions needed to perform this operation", "AuthorizationPermissionMismatch"),
    ("the request may be blocked by network rules of storage account", "AuthorizationFailure"),
    ("key based authentication is not permitted on this storage account", "KeyBasedAuthenticationNotPermitted"),
    ("public access is not permitted on this storage account", "PublicAccessNotPermitted"),
    ("please refer to the information in the www-authenticate header", "InvalidAuthenticationInfo"),
    ("the authentication information was not provided in the correct format", "InvalidAuthenticationInfo"),
    ("read operations are currently disabled", "InsufficientAccountPermissions"),
    ("stored access policy contains a permission that is not supported", "FeatureVersionMismatch"),
    ("make sure the value of authorization header is formed correctly", "AuthenticationFailed"),
    ("key vault key is not found to unwrap the encryption key", "KeyVaultEncryptionKeyNotFound"),
    ("the container encryption policy denied the request", "RequestForbiddenByContainerEncryptionPolicy"),
    ("as the blob is immutable due to a policy", "BlobImmutableDueToPolicy"),
    ("the account being accessed does not support http.", "AccountRequiresHttps"),
    ("tls version of the connection is not permitted", "TlsVersionNotPermitted"),
    ("the specified account is disabled", "AccountIsDisabled"),
    ("the account being accessed does not have sufficient permissions", "InsufficientAccountPermissions"),
    ("blob is encrypted with customer specified encryption", "BlobUsesCustomerSpecifiedEncryption"),
    ("caller is not authorized to perform action on resource", "ForbiddenByRbac"),
    ("permission on key vault", "ForbiddenByPolicy"),
    ("client address is not authorized and caller is not a trusted service", "ForbiddenByFirewall"),
    ("public network access is disabled and request is not from a trusted service", "ForbiddenByConnection"),
];

/// The code that a lower-case text's sentence stands for.
pub fn code(lower: &str) -> Option<&'static str> {
    SENTENCES.iter().find(|(words, _)| lower.contains(words)).map(|(_, code)| *code)
}
