//! The address of a constraint file of Airflow: `…/constraints-2.10.4/constraints-3.12.txt`.

use std::ops::Range;

use super::{Demand, How, Pin, What};
use crate::airflow::Version;
use crate::source::Span;

/// What the address pins. A branch (`constraints-main`, `constraints-2-10`) pins no Airflow.
pub(super) fn read(url: &str, at: impl Fn(Range<usize>) -> Span) -> Vec<Pin> {
    const TAG: &str = "/constraints-";
    let mut pins = Vec::new();
    let Some(tag) = url.find(TAG) else {
        return pins;
    };
    let from = tag + TAG.len();
    let Some(slash) = url[from..].find('/') else {
        return pins;
    };
    let file = from + slash + 1;
    if let Some(version) = release(&url[from..file - 1]) {
        let span = at(from..file - 1);
        let demand = Demand::Exact(version);
        // The rest of the address may be something else.
        let shown = at(tag + 1..file);
        pins.push(Pin::new(What::Airflow, demand, span, How::ConstraintsUrl).shown([shown]));
    }
    // `constraints-3.12.txt`, `constraints-no-providers-3.12.txt`
    let Some(stem) = url[file..].strip_suffix(".txt") else {
        return Vec::new();
    };
    let python = stem.rfind('-').map_or(0, |dash| dash + 1);
    let words = [
        "constraints-",
        "constraints-no-providers-",
        "constraints-source-providers-",
    ];
    let known = words.contains(&&stem[..python]) && stem[python..].matches('.').count() == 1;
    if let Some(version) = known.then(|| release(&stem[python..])).flatten() {
        let span = at(file + python..file + stem.len());
        let demand = Demand::Exact(version);
        let shown = at(file..url.len());
        pins.push(Pin::new(What::Python, demand, span, How::ConstraintsUrl).shown([shown]));
    }
    pins
}

/// A whole release: a branch is called `2-10` or `main`.
fn release(text: &str) -> Option<Version> {
    text.contains('.').then(|| super::release(text)).flatten()
}
