//! Release numbers.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};

/// A release of Airflow or of a provider: three numbers, pre-release marks left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// First number.
    pub major: u32,
    /// Second number.
    pub minor: u32,
    /// Third number.
    pub patch: u32,
}

impl Version {
    /// `major.minor.patch`.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// As people say it: `3.0` for the first release of a minor one.
    pub fn short(self) -> String {
        if self.patch == 0 {
            format!("{}.{}", self.major, self.minor)
        } else {
            self.to_string()
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// The text is not a release number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAVersion;

impl fmt::Display for NotAVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a release number such as 2.10.4")
    }
}

impl std::error::Error for NotAVersion {}

impl FromStr for Version {
    type Err = NotAVersion;

    /// Takes `2.10`, `2.10.4`, `v2.10.4`, `2.10.4rc1`, `2.10.4.post1`; a missing number is 0.
    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        if let Some(version) = plain(text) {
            return Ok(version);
        }
        let text = text.trim();
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut numbers = [0u32; 3];
        for (count, part) in text.split('.').take(3).enumerate() {
            let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            if digits == 0 {
                if count == 0 {
                    return Err(NotAVersion);
                }
                break;
            }
            numbers[count] = part[..digits].parse().map_err(|_| NotAVersion)?;
            if digits < part.len() {
                let mark = &part[digits..];
                let known = ["rc", "a", "b", "dev", "post", "+", "-"];
                if !known.iter().any(|known| mark.starts_with(known)) {
                    return Err(NotAVersion);
                }
                break;
            }
        }
        Ok(Self::new(numbers[0], numbers[1], numbers[2]))
    }
}

/// `2.10.4`, as it stands in the shipped tables, which are full of them.
fn plain(text: &str) -> Option<Version> {
    let mut numbers = [0u32; 3];
    let mut count = 0;
    let mut digits = 0;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' if digits < 6 => {
                numbers[count] = numbers[count] * 10 + u32::from(byte - b'0');
                digits += 1;
            }
            b'.' if digits > 0 && count < 2 => {
                count += 1;
                digits = 0;
            }
            _ => return None,
        }
    }
    let [major, minor, patch] = numbers;
    (count == 2 && digits > 0).then_some(Version::new(major, minor, patch))
}

/// A release as the shipped tables write it.
impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(text: D) -> Result<Self, D::Error> {
        struct Written;
        impl Visitor<'_> for Written {
            type Value = Version;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a release number")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Version, E> {
                text.parse().map_err(E::custom)
            }
        }
        text.deserialize_str(Written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_and_ordered_by_number() {
        let read = |text: &str| text.parse::<Version>().unwrap();
        assert_eq!(read("2.10"), Version::new(2, 10, 0));
        assert_eq!(read("2.10.14"), Version::new(2, 10, 14));
        assert_eq!(read("2.10.4.post1"), Version::new(2, 10, 4));
        assert_eq!(read("1234567.0.4294967295").patch, u32::MAX);
        assert_eq!(read("v3.3.2rc1"), Version::new(3, 3, 2));
        assert!(read("2.9.3") < read("2.10.0"));
        for wrong in ["", "latest", "x.1", "2.1x"] {
            assert!(wrong.parse::<Version>().is_err(), "{wrong}");
        }
    }
}
