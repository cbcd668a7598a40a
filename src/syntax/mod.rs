//! Text to spanned trees, one file per syntax, each reading exactly what the program that reads
//! the real file reads. Nothing here knows Airflow, and nothing recurses over its input further than a fixed depth.

pub mod base64;
pub mod cfg;
pub mod dockerfile;
pub mod dotenv;
pub mod hcl;
pub mod json;
pub mod python;
pub mod yaml;
