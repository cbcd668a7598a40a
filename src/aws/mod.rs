//! What AWS accepts: names, ARNs, regions, and the shared config files. Offline tables only.

pub mod arn;
pub mod names;
pub mod region;
pub mod shared_config;
