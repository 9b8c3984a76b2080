//! The storage account's own guards: perimeter, public network access, firewall, authorization methods. Pure.
