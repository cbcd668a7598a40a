//! Names of AWS regions: their shape, and the list that ships.
//!
//! botocore itself only checks that the name can be part of a host name
//! (`botocore.utils.validate_region_name`): what passes there fails at DNS.

use std::ops::Range;

use crate::airflow::backend::data;

/// What is wrong with a region's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `""`: the endpoint is no URL (`ValueError`).
    Empty,
    /// A character that no host name has, such as `_` or a blank: `InvalidRegionError`.
    NotAHostLabel,
    /// An availability zone: a region with a letter behind it.
    Zone,
    /// Capital letters.
    UpperCase,
    /// No partition has regions of this shape.
    Shape,
    /// The shape is right, but the shipped list does not hold it.
    NotListed,
}

/// What is wrong with `region`, and the byte range that shows it; `None` for a known region.
pub fn fault(region: &str) -> Option<(Fault, Range<usize>)> {
    let aws = data::aws();
    if aws.is_known_region(region) {
        return None;
    }
    let whole = 0..region.len();
    if region.is_empty() {
        return Some((Fault::Empty, whole));
    }
    if let Some((at, wrong)) = region
        .char_indices()
        .find(|(_, character)| !character.is_ascii_alphanumeric() && *character != '-')
    {
        return Some((Fault::NotAHostLabel, at..at + wrong.len_utf8()));
    }
    let digits = region.bytes().all(|byte| byte.is_ascii_digit());
    if digits || region.len() > 63 || region.starts_with('-') || region.ends_with('-') {
        return Some((Fault::NotAHostLabel, whole));
    }
    if aws.partition_of_region(region).is_some() {
        return Some((Fault::NotListed, whole));
    }
    if aws
        .partition_of_region(&region.to_ascii_lowercase())
        .is_some()
    {
        return Some((Fault::UpperCase, whole));
    }
    let before_last = &region[..region.len() - 1];
    let zone = region.ends_with(|last: char| last.is_ascii_lowercase())
        && before_last.ends_with(|digit: char| digit.is_ascii_digit())
        && aws.partition_of_region(before_last).is_some();
    if zone {
        return Some((Fault::Zone, before_last.len()..region.len()));
    }
    Some((Fault::Shape, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_told_apart() {
        let kind = |region: &str| fault(region).map(|(fault, _)| fault);
        assert_eq!(kind("eu-west-1"), None);
        assert_eq!(kind("cn-north-1"), None);
        assert_eq!(kind(""), Some(Fault::Empty));
        assert_eq!(kind("us_east_1"), Some(Fault::NotAHostLabel));
        assert_eq!(kind("eu-west-1 "), Some(Fault::NotAHostLabel));
        assert_eq!(fault("eu-west-1a"), Some((Fault::Zone, 9..10)));
        assert_eq!(kind("EU-WEST-1"), Some(Fault::UpperCase));
        assert_eq!(kind("us-east"), Some(Fault::Shape));
        assert_eq!(kind("eu-west-9"), Some(Fault::NotListed));
        assert_eq!(kind("é"), Some(Fault::NotAHostLabel));
    }
}
