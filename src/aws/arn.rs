//! The ARN of an IAM role: `arn:<partition>:iam::<12 digits>:role/<path/>name`.
//!
//! botocore checks nothing but the length (at least 20); the rest is said by STS.

use std::ops::Range;

use crate::airflow::backend::data;

/// Length below which botocore refuses a role ARN (`ParamValidationError`).
pub const MIN_LENGTH: usize = 20;

/// What is wrong with a role ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It does not begin with `arn:` or has too few parts.
    NotAnArn,
    /// A blank at either end.
    Blank,
    /// A partition that the shipped table does not know.
    Partition,
    /// A service other than `iam` (`sts` for an assumed role).
    Service,
    /// A region stands where IAM has none.
    Region,
    /// The account is not twelve digits.
    Account,
    /// Not a role: a user, a group, an instance profile.
    NotARole,
    /// The role's name or path holds a character that IAM has not, or is empty.
    Name,
    /// The role's name is longer than 64 characters.
    NameTooLong,
}

/// A role ARN of the right shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleArn<'t> {
    /// `aws`, `aws-cn`, …
    pub partition: &'t str,
    /// Where the partition stands.
    pub partition_at: usize,
}

/// Reads a role ARN; on a fault, the byte range that shows it.
pub fn role(text: &str) -> Result<RoleArn<'_>, (Fault, Range<usize>)> {
    if text.trim() != text {
        return Err((Fault::Blank, 0..text.len()));
    }
    let mut parts: Vec<(usize, &str)> = Vec::with_capacity(6);
    let mut at = 0;
    for part in text.splitn(6, ':') {
        parts.push((at, part));
        at += part.len() + 1;
    }
    let &[
        (_, arn),
        (partition_at, partition),
        (service_at, service),
        (region_at, region),
        (account_at, account),
        (resource_at, resource),
    ] = parts.as_slice()
    else {
        return Err((Fault::NotAnArn, 0..text.len()));
    };
    let range = |start: usize, part: &str| start..start + part.len();
    if arn != "arn" {
        return Err((Fault::NotAnArn, range(0, arn)));
    }
    if data::aws().partition(partition).is_none() {
        return Err((Fault::Partition, range(partition_at, partition)));
    }
    if service != "iam" {
        return Err((Fault::Service, range(service_at, service)));
    }
    if !region.is_empty() {
        return Err((Fault::Region, range(region_at, region)));
    }
    if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err((
            Fault::Account,
            account_at..(account_at + account.len()).max(account_at),
        ));
    }
    let Some(name) = resource.strip_prefix("role/") else {
        return Err((Fault::NotARole, range(resource_at, resource)));
    };
    let name_at = resource_at + "role/".len();
    let last = name.rsplit('/').next().unwrap_or(name);
    if last.is_empty() {
        return Err((Fault::Name, range(resource_at, resource)));
    }
    // IAM: names `[\w+=,.@-]+`; a path may hold any printable ASCII character.
    let is_name = |character: char| {
        character == '_' || character.is_ascii_alphanumeric() || "+=,.@-".contains(character)
    };
    let last_at = name_at + name.len() - last.len();
    if let Some((offset, wrong)) = last
        .char_indices()
        .find(|(_, character)| !is_name(*character))
    {
        let start = last_at + offset;
        return Err((Fault::Name, start..start + wrong.len_utf8()));
    }
    let is_path = |character: char| ('\u{21}'..='\u{7e}').contains(&character);
    if let Some((offset, wrong)) = name
        .char_indices()
        .find(|(_, character)| !is_path(*character))
    {
        let start = name_at + offset;
        return Err((Fault::Name, start..start + wrong.len_utf8()));
    }
    if last.len() > 64 {
        return Err((Fault::NameTooLong, range(last_at, last)));
    }
    Ok(RoleArn {
        partition,
        partition_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Fault {
        role(text).expect_err("not a role ARN").0
    }

    #[test]
    fn role_arns_of_every_partition_are_read() {
        for text in [
            "arn:aws:iam::123456789012:role/airflow",
            "arn:aws-cn:iam::123456789012:role/a/b/airflow-role",
            "arn:aws-us-gov:iam::123456789012:role/service-role/x+=,.@-_",
        ] {
            assert!(role(text).is_ok(), "{text}");
        }
        assert_eq!(
            role("arn:aws-cn:iam::123456789012:role/a").map(|arn| arn.partition),
            Ok("aws-cn")
        );
    }

    #[test]
    fn each_fault_has_its_place() {
        assert_eq!(fault("airflow-role"), Fault::NotAnArn);
        assert_eq!(fault("arn:aws:iam::123456789012"), Fault::NotAnArn);
        assert_eq!(fault("arn:aws:iam::12345678901:role/x"), Fault::Account);
        assert_eq!(fault("arn:aws:iam::123456789012:user/x"), Fault::NotARole);
        assert_eq!(
            fault("arn:aws:sts::123456789012:assumed-role/x/y"),
            Fault::Service
        );
        assert_eq!(
            fault("arn:aws:iam:eu-west-1:123456789012:role/x"),
            Fault::Region
        );
        assert_eq!(
            fault("arn:amazon:iam::123456789012:role/x"),
            Fault::Partition
        );
        assert_eq!(fault("arn:aws:iam::123456789012:role/"), Fault::Name);
        assert_eq!(fault("arn:aws:iam::123456789012:role/a b"), Fault::Name);
        assert_eq!(fault(" arn:aws:iam::123456789012:role/a"), Fault::Blank);
        let long = format!("arn:aws:iam::123456789012:role/{}", "x".repeat(65));
        assert_eq!(fault(&long), Fault::NameTooLong);
        let (_, range) = role("arn:aws:iam::12345:role/x").expect_err("short account");
        assert_eq!(range, 13..18);
    }
}
