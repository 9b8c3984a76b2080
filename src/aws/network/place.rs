//! Where a request comes from: the words of `--from`, looked up.

use std::net::IpAddr;

use serde_json::Value;

use super::addresses;
use super::items::{INSTANCES, INTERFACES, SUBNETS, flag, list, text, texts};
use crate::facts::{Known, Reading, Why};
use crate::model::ORIGIN_UNKNOWN;

/// What kind of place it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    /// A network interface in a VPC, or what stands behind one.
    Vpc,
    /// A workload that AWS runs in a network of its own: no VPC of the customer is on the way.
    AwsNetwork,
    /// Somewhere on the internet.
    Internet,
    /// One address, of which no more is known.
    Address,
}

/// A place that requests come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its VPC.
    pub vpc: Option<String>,
    /// The subnets its interfaces stand in, or may be put in.
    pub subnets: Vec<String>,
    /// The groups of its interfaces. Every interface has one, so none in a VPC means: not known.
    pub security_groups: Vec<String>,
    /// Its private addresses, when they are known.
    pub private_ips: Vec<IpAddr>,
    /// Its public address, when it has one.
    pub public_ip: Option<IpAddr>,
    /// What a person would call it.
    pub label: String,
    /// Its id or ARN.
    pub reference: String,
    /// The container in it has no network at all (SageMaker API `EnableNetworkIsolation`).
    pub network_isolation: bool,
    /// Whether it is a job that could have been isolated from the network.
    pub can_be_isolated: bool,
    /// What kind of place it is.
    pub kind: PlaceKind,
}

impl Place {
    fn new(kind: PlaceKind, label: impl Into<String>) -> Self {
        let label = label.into();
        Place {
            vpc: None,
            subnets: Vec::new(),
            security_groups: Vec::new(),
            private_ips: Vec::new(),
            public_ip: None,
            reference: label.clone(),
            label,
            network_isolation: false,
            can_be_isolated: false,
            kind,
        }
    }

    /// Whether `public_ip` tells all: of a bare subnet nobody knows which interface will send.
    pub fn knows_its_addresses(&self) -> bool {
        !self.reference.starts_with("subnet-")
    }
}

/// Looks up where a request comes from.
///
/// `Absent` when the cloud says that there is no such thing; `Unknown` when it could not be read or nobody said
/// where the request comes from.
pub fn place(reading: &Reading<'_>, origin: &str) -> Known<Place> {
    let (kind, name) = workload(origin).unwrap_or((origin, ""));
    match kind {
        "" | ORIGIN_UNKNOWN => unsaid(reading, "where the request comes from (--from)"),
        "here" => unsaid(reading, "which interface or instance this machine is (--from eni-… or i-…)"),
        "internet" => Known::Yes(Place::new(PlaceKind::Internet, "the internet")),
        "training-job" => training_job(reading, name),
        "notebook" => notebook(reading, name),
        _ if origin.starts_with("eni-") => INTERFACES.by_id(reading, origin).map(interface),
        _ if origin.starts_with("i-") => INSTANCES.by_id(reading, origin).map(instance),
        _ if origin.starts_with("subnet-") => SUBNETS.by_id(reading, origin).map(subnet),
        _ => match origin.strip_prefix("ip:").unwrap_or(origin).parse() {
            Ok(ip) => Known::Yes(address(reading, ip)),
            Err(_) => unsaid(reading, &format!("where `{origin}` stands: no read call of this tool tells")),
        },
    }
}

/// Splits `sagemaker:training-job/NAME`, `sagemaker:notebook/NAME` and the ARNs of both into kind and name.
fn workload(origin: &str) -> Option<(&str, &str)> {
    let service = match origin.strip_prefix("arn:") {
        Some(arn) => arn.splitn(5, ':').nth(4).filter(|_| arn.split(':').nth(1) == Some("sagemaker"))?,
        None => origin.strip_prefix("sagemaker:")?,
    };
    match service.split_once('/')? {
        ("training-job", name) => Some(("training-job", name)),
        ("notebook" | "notebook-instance", name) => Some(("notebook", name)),
        _ => None,
    }
}

fn unsaid<T>(reading: &Reading<'_>, what: &str) -> Known<T> {
    Known::Unknown(reading.missed(Why::not_readable(what)))
}

fn interface(eni: &Value) -> Place {
    let id = text(eni, "NetworkInterfaceId").unwrap_or_default();
    let mut private_ips: Vec<IpAddr> =
        list(eni, "PrivateIpAddresses").into_iter().filter_map(|ip| ip_at(ip, "PrivateIpAddress")).collect();
    if private_ips.is_empty() {
        private_ips.extend(ip_at(eni, "PrivateIpAddress"));
    }
    Place {
        vpc: text(eni, "VpcId").map(str::to_owned),
        subnets: text(eni, "SubnetId").map(str::to_owned).into_iter().collect(),
        security_groups: group_ids(eni, "Groups"),
        private_ips,
        public_ip: eni.get("Association").and_then(|association| ip_at(association, "PublicIp")),
        ..Place::new(PlaceKind::Vpc, id)
    }
}

/// An instance sends through its first interface (device index 0), whose values the instance repeats.
fn instance(instance: &Value) -> Place {
    Place {
        vpc: text(instance, "VpcId").map(str::to_owned),
        subnets: text(instance, "SubnetId").map(str::to_owned).into_iter().collect(),
        security_groups: group_ids(instance, "SecurityGroups"),
        private_ips: ip_at(instance, "PrivateIpAddress").into_iter().collect(),
        public_ip: ip_at(instance, "PublicIpAddress"),
        ..Place::new(PlaceKind::Vpc, text(instance, "InstanceId").unwrap_or_default())
    }
}

fn subnet(subnet: &Value) -> Place {
    let id = text(subnet, "SubnetId").unwrap_or_default();
    Place {
        vpc: text(subnet, "VpcId").map(str::to_owned),
        subnets: vec![id.to_owned()],
        ..Place::new(PlaceKind::Vpc, id)
    }
}

fn address(reading: &Reading<'_>, ip: IpAddr) -> Place {
    let spelled = ip.to_string();
    let owner = INTERFACES
        .search(reading, &[], |eni| interface(eni).private_ips.contains(&ip) || interface(eni).public_ip == Some(ip));
    // VPCs may overlap: an address that two interfaces have says nothing.
    if let [eni] = owner.items[..] {
        return interface(eni);
    }
    let mut place = Place::new(PlaceKind::Address, spelled);
    if addresses::is_private(ip) {
        place.private_ips.push(ip);
    } else {
        place.public_ip = Some(ip);
    }
    place
}

/// SageMaker API `DescribeTrainingJob`: without `VpcConfig` the job's calls come from AWS's own network.
fn training_job(reading: &Reading<'_>, name: &str) -> Known<Place> {
    reading.answer("sagemaker:DescribeTrainingJob", &[("TrainingJobName", name)]).and_then(|job| {
        let isolated = flag(job, "EnableNetworkIsolation");
        let named = |kind| Place {
            reference: text(job, "TrainingJobArn").unwrap_or(name).to_owned(),
            network_isolation: isolated,
            can_be_isolated: true,
            ..Place::new(kind, format!("training job {name}"))
        };
        let Some(config) = job.get("VpcConfig").filter(|config| config.is_object()) else {
            return Known::Yes(named(PlaceKind::AwsNetwork));
        };
        in_subnets(reading, texts(config, "Subnets")).map(|(vpc, subnets)| Place {
            vpc: Some(vpc),
            subnets,
            security_groups: texts(config, "SecurityGroupIds"),
            ..named(PlaceKind::Vpc)
        })
    })
}

/// SageMaker API `DescribeNotebookInstance`: with direct internet access the traffic may leave by SageMaker's
/// own interface even when there is a subnet, so nobody can tell which way it takes.
fn notebook(reading: &Reading<'_>, name: &str) -> Known<Place> {
    reading.answer("sagemaker:DescribeNotebookInstance", &[("NotebookInstanceName", name)]).and_then(|notebook| {
        let named = |kind| Place {
            reference: text(notebook, "NotebookInstanceArn").unwrap_or(name).to_owned(),
            ..Place::new(kind, format!("notebook {name}"))
        };
        let Some(subnet) = text(notebook, "SubnetId") else {
            return Known::Yes(named(PlaceKind::AwsNetwork));
        };
        if text(notebook, "DirectInternetAccess") != Some("Disabled") {
            return unsaid(
                reading,
                &format!(
                    "whether notebook {name}, which has direct internet access, sends by its subnet or by SageMaker's own interface"
                ),
            );
        }
        in_subnets(reading, vec![subnet.to_owned()]).map(|(vpc, subnets)| Place {
            vpc: Some(vpc),
            subnets,
            security_groups: texts(notebook, "SecurityGroups"),
            private_ips: Vec::new(),
            ..named(PlaceKind::Vpc)
        })
    })
}

/// The VPC of some subnets. A subnet that is gone makes the place absent.
fn in_subnets(reading: &Reading<'_>, subnets: Vec<String>) -> Known<(String, Vec<String>)> {
    let mut found = Known::Absent;
    for id in &subnets {
        match SUBNETS.by_id(reading, id) {
            Known::Yes(subnet) => {
                if let Some(vpc) = text(subnet, "VpcId") {
                    return Known::Yes((vpc.to_owned(), subnets.clone()));
                }
            }
            Known::Unknown(why) => found = Known::Unknown(why),
            Known::Absent => {}
        }
    }
    found
}

/// The ids in a list of `{"GroupId": …}`.
pub(super) fn group_ids(value: &Value, key: &str) -> Vec<String> {
    list(value, key).into_iter().filter_map(|group| text(group, "GroupId")).map(str::to_owned).collect()
}

fn ip_at(value: &Value, key: &str) -> Option<IpAddr> {
    text(value, key)?.parse().ok()
}
