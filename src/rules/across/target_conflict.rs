//! AV804: pins that cannot hold together.

use crate::airflow::backend::{ClassPath, data};
use crate::airflow::{Python, Version, releases};
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::workspace::pins::{Demand, How, What};
use crate::workspace::targets::{Located, deciding};

rule! {
    /// # target-conflict
    ///
    /// ## What it does
    ///
    /// Finds releases that one deployment pins and that cannot hold together: two different releases of
    /// Airflow (the base image and `requirements.txt`, a constraints URL of another release), a release
    /// that a range beside it does not allow, a provider that asks for a newer Airflow, a Python on which
    /// that Airflow cannot be installed, and, on an Astro Runtime with an AWS secrets backend, an amazon
    /// provider before 5.1.0.
    ///
    /// It looks at files of the deployment's own folder and of `docker/`, `requirements/` and the like
    /// below it; files of development, tests and samples (`requirements-dev.txt`) are left alone. What is
    /// given on the command line is chosen and conflicts with nothing.
    ///
    /// ## Why is this bad?
    ///
    /// pip refuses to install one of them, or replaces the Airflow that the image was built with. Which
    /// release runs then, and so how secrets are looked up, is not what one of the files says.
    ///
    /// ## Example
    ///
    /// ```dockerfile
    /// FROM apache/airflow:2.10.4
    /// ```
    ///
    /// ```requirements
    /// apache-airflow[amazon]==2.9.3
    /// ```
    ///
    /// ```ini
    /// [core]
    /// load_examples = False
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// requirements.txt:1:23: warning[AV804] target-conflict: the requirement stands for Airflow 2.9.3, and the base image for Airflow 2.10.4: only one of them can be installed
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dockerfile
    /// FROM apache/airflow:2.10.4
    /// ```
    ///
    /// ```requirements
    /// apache-airflow[amazon]==2.10.4
    /// ```
    ///
    /// ```ini
    /// [core]
    /// load_examples = False
    /// ```
    ///
    /// ## Versions
    ///
    /// All. What a provider asks for and which Pythons a release takes is read from the packages' own
    /// metadata.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/installation/installing-from-pypi.html>
    /// - <https://www.astronomer.io/docs/astro/secrets-backend>
    "AV804", "target-conflict", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    let pins = of_one_place(cx.pins);
    let Some(airflow) = deciding(&What::Airflow, &pins) else {
        return;
    };
    let Some(version) = airflow.pin.demand.exact() else {
        return;
    };
    for other in &pins {
        if other.place == airflow.place || !meet(airflow.pin.how, other.pin.how) {
            continue;
        }
        match &other.pin.what {
            What::Airflow => another_airflow(airflow, version, other, findings),
            What::Provider(name) => provider(airflow, version, name, other, findings),
            What::Python => python(airflow, version, other, findings),
        }
    }
    let is_aws = |path: ClassPath<'_>| match path {
        ClassPath::Path { text, .. } => {
            data::class_for(text.expose()).is_some_and(|found| found.class.is_aws())
        }
        _ => false,
    };
    let has_aws = cx
        .secrets
        .backends()
        .any(|backend| is_aws(backend.class_path()));
    if airflow.pin.how == How::AstroRuntime && has_aws {
        astro(airflow, &pins, findings);
    }
}

/// The pins of the nearest place that has any, in files that are the only ones of their kind there:
/// others are for another service or another stage.
fn of_one_place(pins: &[Located]) -> Vec<Located> {
    let plain = || pins.iter().filter(|one| one.plain);
    let nearest = plain().map(Located::place_number).min();
    plain()
        .filter(|one| Some(one.place_number()) == nearest)
        .cloned()
        .collect()
}

/// Whether the two describe one installation. Two images may be those of two services, and values of a
/// chart those of another cluster; packages are installed into the image beside them.
fn meet(deciding: How, other: How) -> bool {
    match (deciding, other) {
        (How::Install, How::BaseImage | How::AstroRuntime) => true,
        // Values of a chart are often copied whole.
        (How::Helm, _) => other == How::Helm,
        (deciding, How::PythonVersion) => !deciding.is_image(),
        // Two managed environments may be those of two stages.
        (How::Managed, How::Managed) => false,
        // The image's own Python.
        (deciding, other) if deciding == other => true,
        (_, other) => !other.is_image(),
    }
}

fn another_airflow(airflow: &Located, version: Version, other: &Located, findings: &mut Findings) {
    if other.pin.demand.allows(version) {
        return;
    }
    let (how, by) = (other.pin.how.words(), airflow.pin.how.words());
    let message = match &other.pin.demand {
        Demand::Exact(exact) => format!(
            "{how} stands for Airflow {exact}, and {by} for Airflow {version}: only one of them can be installed"
        ),
        Demand::Range(range) => {
            format!("{how} stands for Airflow {range}, which shuts out Airflow {version} of {by}")
        }
    };
    say(airflow, other, "airflow", message, findings)
        .help("name the same release of Airflow in both places");
}

fn provider(
    airflow: &Located,
    version: Version,
    name: &str,
    other: &Located,
    findings: &mut Findings,
) {
    let Some(release) = other.pin.demand.exact() else {
        return;
    };
    let Some(least) = releases::least_airflow(name, release).filter(|least| version < *least)
    else {
        return;
    };
    let message = format!(
        "the {name} provider {release} asks for Airflow {least} at least, and Airflow {version} is pinned: pip refuses the two together"
    );
    let help = match releases::current_at(version, name) {
        Some(current) => {
            format!("{current} was the newest {name} provider when Airflow {version} came out")
        }
        None => format!("no release of the {name} provider is as old as Airflow {version}"),
    };
    say(airflow, other, name, message, findings).help(help);
}

fn python(airflow: &Located, version: Version, other: &Located, findings: &mut Findings) {
    let Some(exact) = other.pin.demand.exact() else {
        return;
    };
    let (Ok(major), Ok(minor)) = (u8::try_from(exact.major), u8::try_from(exact.minor)) else {
        return;
    };
    let python = Python { major, minor };
    if releases::runs_on(version, python) {
        return;
    }
    let message = format!(
        "Airflow {version} cannot be installed on Python {python}: its package refuses that"
    );
    let usual = releases::usual_python(version);
    say(airflow, other, "python", message, findings)
        .help(format!("Airflow {version} runs on Python {usual}"));
}

/// Astro reads the arguments of its AWS backends through the provider's own session, which takes them
/// since 5.1.0.
fn astro(airflow: &Located, pins: &[Located], findings: &mut Findings) {
    const LEAST: Version = Version::new(5, 1, 0);
    let amazon = What::Provider("amazon".to_owned());
    let old = pins.iter().find_map(|one| {
        let release = one.pin.demand.exact()?;
        (one.pin.what == amazon && release < LEAST).then_some((one, release))
    });
    if let Some((one, release)) = old {
        let message = format!(
            "Astro asks for the amazon provider {LEAST} at least with an AWS secrets backend, and {release} is pinned"
        );
        say(airflow, one, "amazon", message, findings)
            .help(format!("pin the amazon provider {LEAST} or a later one"));
    }
}

fn say<'a>(
    airflow: &Located,
    other: &Located,
    subject: &str,
    message: String,
    findings: &'a mut Findings,
) -> &'a mut crate::report::Finding {
    let label = format!("{} is here", airflow.pin.how.words());
    findings
        .report(&RULE, other.place, subject, message)
        .related(airflow.place, label)
}
