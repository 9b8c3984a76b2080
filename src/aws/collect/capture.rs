//! The answer as it came over the wire: the SDK's types know fewer fields than AWS sends.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Keeps the last answer's status and body.
#[derive(Debug, Clone, Default)]
pub struct Capture {
    last: Arc<Mutex<Option<(u16, Vec<u8>)>>>,
}

impl Capture {
    /// The status and body of the last answer.
    pub fn take(&self) -> Option<(u16, Vec<u8>)> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[dyn_dispatch_hint]
impl Intercept for Capture {
    fn name(&self) -> &'static str {
        "capture"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let body = response.body().bytes().unwrap_or_default().to_vec();
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((response.status().as_u16(), body));
        Ok(())
    }
}

/// S3 Control puts the account into the host name, which no server on a bare address answers to.
#[derive(Debug, Clone, Default)]
pub struct BareAddress;

#[dyn_dispatch_hint]
impl Intercept for BareAddress {
    fn name(&self) -> &'static str {
        "bare-address"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let uri = context.request().uri().to_owned();
        if let Some((scheme, rest)) = uri.split_once("://")
            && let Some((account, address)) = rest.split_once('.')
            && super::super::arn::is_account(account)
            && is_bare(address.split(['/', ':']).next().unwrap_or_default())
        {
            context.request_mut().set_uri(format!("{scheme}://{address}"))?;
        }
        Ok(())
    }
}

/// True for an IP address.
pub fn is_bare(host: &str) -> bool {
    host.parse::<std::net::IpAddr>().is_ok()
}
