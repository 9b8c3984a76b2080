//! Live answers from AWS, through the official SDK.
