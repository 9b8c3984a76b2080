//! What a probe of any cloud does before it asks: a name, a connection, and facts made of what came of it.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::{Answer, Fact, Failed};

/// How long one step may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Makes a fact of what a probe asked.
pub async fn probed(call: &str, params: Value, asked: impl Future<Output = Result<Value, Failed>>) -> Fact {
    let Answer { status, body, error, at, took_ms } = Answer::timed(asked).await;
    let params = params.as_object().cloned().unwrap_or_default();
    Fact { id: String::new(), call: call.into(), params, status, at, took_ms, body, error }
}

/// Looks a name up as this machine does.
pub async fn resolve(host: &str, port: u16, facts: &mut Vec<Fact>) -> Vec<SocketAddr> {
    let mut addresses = Vec::new();
    let asked = async {
        addresses = match timeout(PATIENCE, lookup_host((host, port))).await {
            Ok(Ok(found)) => found.collect(),
            Ok(Err(error)) => return Err(Failed::error("NameError", &error.to_string())),
            Err(_) => return Err(Failed::error("Timeout", "no name server answered in time")),
        };
        Ok(json!({"Addresses": addresses.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>()}))
    };
    let fact = probed("probe:Resolve", json!({"Host": host}), asked).await;
    facts.push(fact);
    addresses
}

/// Opens one connection, and closes it.
pub async fn connect(address: SocketAddr, facts: &mut Vec<Fact>) {
    let asked = async {
        match timeout(PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(_)) => Ok(json!({"Connected": true})),
            Ok(Err(error)) => Err(Failed::error("ConnectError", &error.to_string())),
            Err(_) => Err(Failed::error(
                "Timeout",
                "nothing answered in time: a firewall, a security group or a route drops packets silently",
            )),
        }
    };
    facts.push(probed("probe:Connect", json!({"Address": address.to_string()}), asked).await);
}
