//! The settings file: where it is found, what it decides and what not, and what is said of a broken one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{BROKEN, GOOD, run, with, write};

/// A connection with one error, AV404.
const WRONG_PORT: &str = "AIRFLOW_CONN_X=smtp://u:p@h:99999\n";

/// `path code severity` of each finding.
fn findings(out: &str) -> Vec<String> {
    let line = regex::Regex::new(r"(?m)^(.+?):\d+:\d+: (\w+)\[(AV\d+)\]").unwrap();
    line.captures_iter(out)
        .map(|found| format!("{} {} {}", &found[1], &found[3], &found[2]))
        .collect()
}

fn check(files: &[(&str, &str)], args: &[&str]) -> common::Ran {
    let directory = with(files);
    run(
        directory.path(),
        &[&["check", "--format", "concise"], args].concat(),
    )
}

fn target(files: &[(&str, &str)], args: &[&str]) -> serde_json::Value {
    let directory = with(files);
    let ran = run(
        directory.path(),
        &[&["check", "--format", "json"], args].concat(),
    );
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    json["target"].clone()
}

#[test]
fn every_mistake_is_told_with_its_place_and_nothing_is_checked() {
    let cases: &[(&str, &str)] = &[
        ("no TOML", "select = [\n"),
        ("no TOML, and a secret", "select = hunter2hunter2\n"),
        ("twice", "ignore = []\nignore = []\n"),
        (
            "unknown key",
            "selct = []\nhunter2 = 1\nenv_dialect = \"sh\"\n",
        ),
        ("unknown key of a table", "[target]\nairflw = \"2.10.4\"\n"),
        ("a secret as a table", "[hunter2]\nx = 1\n"),
        (
            "wrong types",
            "select = \"AV2\"\nignore = [1]\nfail-on = true\ntarget = []\n[lookup]\nmetastore = 2020-01-01\n",
        ),
        (
            "unknown words",
            "fail-on = \"warn\"\nenv-dialect = \"hunter2\"\n[severity]\nAV201 = \"eror\"\n[kinds]\n\"x\" = \"cgf\"\n[lookup]\nmetastore = \"maybe\"\n",
        ),
        (
            "unknown rules",
            "select = [\"AV999\", \"uri-prot\"]\nignore = [\"hunter2\"]\n[severity]\nuri-prt = \"info\"\n",
        ),
        (
            "bad releases",
            "[target]\nairflow = [\"2.10.4\", \"hunter2\"]\npython = \"2.7\"\nproviders = {amazon = \"x\", amazn = \"9.2.0\", hunter2 = \"1\"}\n",
        ),
        (
            "a provider twice",
            "[target.providers]\namazon = \"9.2.0\"\napache-airflow-providers-amazon = \"9.2.0\"\n",
        ),
        (
            "bad patterns",
            "exclude = [\"ok\", \"{a\"]\n[kinds]\n\"{x\" = \"cfg\"\n[[deployment]]\nname = \"x\"\npaths = \"{\"\n",
        ),
        (
            "an ignore without a reason",
            "[[per-path-ignore]]\npaths = \"x\"\nrules = [\"AV201\"]\n[[per-path-ignore]]\npaths = \"x\"\nrules = [\"AV201\"]\nreason = \" \"\n",
        ),
        (
            "a deployment twice",
            "[[deployment]]\nname = \"dev\"\npaths = \"a\"\n[[deployment]]\nname = \"dev\"\npaths = \"b\"\n",
        ),
        (
            "bad requirements",
            "required = [\"connection:x\", \"hunter2\", \"connection:\", \"connection:x\"]\n",
        ),
        (
            "bad backends",
            "[[backend]]\nclass = \"hunter2\"\n[[backend]]\nclass = \"a.B\"\nkwargs = [\"x\", \"x\"]\nrequired-kwargs = [\"y\"]\n",
        ),
        (
            "connection types twice",
            "[[conn-type]]\nname = \"a\"\n[[conn-type]]\nname = \"a\"\n",
        ),
    ];
    let mut told = String::new();
    for (what, text) in cases {
        let directory = with(&[("airvane.toml", text), ("airflow.cfg", BROKEN)]);
        let ran = run(directory.path(), &["check"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{what}");
        assert!(!ran.err.contains("hunter2"), "{what}: {}", ran.err);
        for command in [&["list"][..], &["config"], &["resolve", "connection:x"]] {
            let other = run(directory.path(), command);
            assert_eq!((other.code, &other.err), (2, &ran.err), "{what}");
        }
        told.extend([what, "\n", ran.err.as_str(), "\n"]);
    }
    insta::assert_snapshot!("mistakes", told);
}

#[test]
fn the_nearest_file_up_to_the_root_of_the_repository_counts() {
    let files = [
        ("airvane.toml", "hunter2"),
        ("repo/.git/HEAD", ""),
        ("repo/a/b/airflow.cfg", BROKEN),
        ("repo/pyproject.toml", "[tool.other]\nx = 1\n"),
    ];
    let directory = with(&files);
    let here = directory.path().join("repo/a/b");
    let codes = |args: &[&str]| {
        let ran = run(&here, &[&["check", "--format", "concise"], args].concat());
        (ran.code, findings(&ran.out).len(), ran.err)
    };
    assert_eq!(codes(&[]).0, 1, "the file above the repository is not read");
    let ignore = "[tool.airvane]\nignore = [\"AV002\"]\n";
    write(directory.path(), &[("repo/pyproject.toml", ignore)]);
    let (code, count, err) = codes(&["-v"]);
    assert_eq!((code, count), (0, 0));
    assert!(
        err.contains("airvane: settings: ../../pyproject.toml\n"),
        "{err}"
    );
    let nearer = "severity = {AV002 = \"info\"}\n";
    write(directory.path(), &[("repo/a/airvane.toml", nearer)]);
    assert!(
        codes(&["-v"])
            .2
            .contains("airvane: settings: ../airvane.toml\n")
    );
    assert_eq!(codes(&["-v"]).1, 1);
    assert_eq!(codes(&["--no-config"]).0, 1);
    assert_eq!(codes(&["--config", "../../pyproject.toml"]).1, 0);
    for (file, why) in [
        ("nothing.toml", "nothing.toml: does not exist"),
        ("../../../airvane.toml", "airvane.toml:1:8: is not TOML"),
    ] {
        let (code, _, err) = codes(&["--config", file]);
        assert_eq!(code, 2);
        assert!(err.contains(why), "{err}");
    }
    write(
        directory.path(),
        &[("repo/pyproject.toml", "[tool.other]\n")],
    );
    let (code, _, err) = codes(&["--config", "../../pyproject.toml"]);
    assert_eq!(code, 2);
    assert!(err.contains("holds no table [tool.airvane]"), "{err}");
}

#[test]
fn a_broken_pyproject_of_others_is_none_of_our_business() {
    let others = [("pyproject.toml", "x = \n"), ("airflow.cfg", GOOD)];
    assert_eq!(check(&others, &[]).code, 0);
    let ours = [
        ("pyproject.toml", "[tool.airvane]\nx = \n"),
        ("airflow.cfg", GOOD),
    ];
    let ran = check(&ours, &[]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("pyproject.toml:2:5: is not TOML"),
        "{}",
        ran.err
    );
}

#[test]
fn the_command_line_comes_before_the_file_and_the_file_before_the_pins() {
    let pin = ("Dockerfile", "FROM apache/airflow:2.7.3-python3.9\n");
    let stated = (
        "airvane.toml",
        "[target]\nairflow = \"2.10.4\"\nproviders = {amazon = \"9.0.0\"}\npython = \"3.11\"\nruntime = \"server\"\n",
    );
    let cfg = ("airflow.cfg", GOOD);
    let of = |files: &[(&str, &str)], args: &[&str]| {
        let target = target(files, args);
        let word = |value: &serde_json::Value| value.as_str().unwrap_or("").to_owned();
        [
            word(&target["airflow"][0]),
            word(&target["providers"]["amazon"]),
            word(&target["python"]),
            word(&target["runtime"]),
            word(&target["source"]),
        ]
        .join(" ")
    };
    assert_eq!(of(&[cfg, pin], &[]), "2.7.3 8.10.0 3.9 both pins");
    assert_eq!(
        of(&[cfg, pin, stated], &[]),
        "2.10.4 9.0.0 3.11 server settings"
    );
    let args = [
        "--airflow",
        "3.0.6",
        "--provider",
        "amazon=9.2.0",
        "--python",
        "3.12",
        "--runtime",
        "task",
    ];
    assert_eq!(
        of(&[cfg, pin, stated], &args),
        "3.0.6 9.2.0 3.12 task command-line"
    );
    assert_eq!(
        of(&[cfg, pin, stated], &args[..2]),
        "3.0.6 9.0.0 3.11 server command-line"
    );
    let several = ("airvane.toml", "target.airflow = [\"2.11.2\", \"3.3.2\"]\n");
    let airflow = target(&[cfg, several], &[])["airflow"].clone();
    assert_eq!(airflow, serde_json::json!(["2.11.2", "3.3.2"]));
    let directory = with(&[cfg, several]);
    let one = run(directory.path(), &["config", "--format", "json"]);
    assert_eq!(one.code, 0);
    assert!(
        one.err.contains("this is 2.11.2 (--airflow chooses)"),
        "{}",
        one.err
    );
    let directory = with(&[cfg, stated]);
    let said = run(directory.path(), &["check", "-v"]).err;
    let why = "Airflow 2.10.4 (airvane.toml:2), amazon 9.0.0 (airvane.toml:3), Python 3.11 (airvane.toml:4)";
    assert!(said.contains(why), "{said}");
}

#[test]
fn rules_are_selected_ignored_and_weighed() {
    let cfg = ("airflow.cfg", BROKEN);
    let env = (".env", WRONG_PORT);
    let both = |settings: &str, args: &[&str]| {
        let ran = check(&[cfg, env, ("airvane.toml", settings)], args);
        (ran.code, findings(&ran.out).join(", "))
    };
    let all = ".env AV404 error, airflow.cfg AV002 error";
    assert_eq!(both("", &[]), (1, all.to_owned()));
    let one = both("select = [\"AV4\"]\n", &[]);
    assert_eq!(one, (1, ".env AV404 error".to_owned()));
    let other = both("ignore = [\"uri-port\"]\n", &[]);
    assert_eq!(other, (1, "airflow.cfg AV002 error".to_owned()));
    let more = both("ignore = [\"uri-port\"]\n", &["--ignore", "AV002"]);
    assert_eq!(more, (0, String::new()));
    let asked = both("ignore = [\"uri-port\"]\n", &["--select", "AV404"]);
    assert_eq!(
        asked,
        (1, ".env AV404 error".to_owned()),
        "--select says it all"
    );
    let lighter = both(
        "fail-on = \"error\"\n[severity]\nAV0 = \"info\"\nAV4 = \"info\"\nAV404 = \"warning\"\n",
        &["-v"],
    );
    assert_eq!(
        lighter,
        (0, ".env AV404 warning, airflow.cfg AV002 info".to_owned())
    );
    let given = ["--fail-on", "warning", "--severity", "AV002=error"];
    let heavier = both(
        "fail-on = \"never\"\n[severity]\nAV002 = \"info\"\n",
        &given,
    );
    assert_eq!(heavier, (1, all.to_owned()));
    assert_eq!(both("fail-on = \"never\"\n", &[]), (0, all.to_owned()));
}

#[test]
fn what_is_read_and_how() {
    let shown = |settings: &str, args: &[&str]| {
        let files = [
            ("airvane.toml", settings),
            ("airflow.cfg", GOOD),
            ("old/airflow.cfg", BROKEN),
            (
                "secrets/prod.txt",
                "{\"/airflow/connections/x\": \"smtp://h\"}",
            ),
        ];
        check(&files, &[&["--show-files"], args].concat()).out
    };
    let plain = shown("", &[]);
    assert!(
        plain.contains("old/airflow.cfg: cfg") && !plain.contains("prod.txt"),
        "{plain}"
    );
    let settings = "exclude = [\"old/\"]\n[kinds]\n\"secrets/*.txt\" = \"ssm\"\n";
    let other = shown(settings, &[]);
    assert!(!other.contains("old/airflow.cfg: cfg"), "{other}");
    assert!(
        other.contains("secrets/prod.txt: ssm (the settings file)"),
        "{other}"
    );
    let named = shown(settings, &["old/airflow.cfg", "old"]);
    assert!(
        named.contains("old/airflow.cfg: cfg"),
        "what is named is read: {named}"
    );
    let file = shown("exclude = [\"/airflow.cfg\"]\n", &[]);
    assert!(
        file.contains("airflow.cfg: skipped (the settings file excludes it)"),
        "{file}"
    );
}

/// A hook names files that nobody chose one by one.
#[test]
fn files_of_a_hook_are_judged_as_a_walk_judges_them() {
    let files = [
        ("airvane.toml", "exclude = [\"old/\"]\n"),
        ("airflow.cfg", BROKEN),
        ("old/airflow.cfg", BROKEN),
        ("other.json", "{ broken\n"),
        ("other.yaml", "name: of another program\n"),
    ];
    let named = [
        "airflow.cfg",
        "old/airflow.cfg",
        "other.json",
        "other.yaml",
        "airvane.toml",
    ];
    let hook = check(&files, &[&["--hook"], &named[..]].concat());
    let walk = check(&files, &[]);
    assert_eq!((hook.code, &hook.out, &hook.err), (1, &walk.out, &walk.err));
    let chosen = check(&files, &named);
    assert!(findings(&chosen.out).len() > findings(&hook.out).len());
    assert!(chosen.err.contains("skipped"), "{}", chosen.err);
    let none = check(&files, &["--hook", "--allow-empty", "old/airflow.cfg"]);
    assert_eq!((none.code, none.out.as_str()), (0, ""));
    // A folder is walked, hook or not.
    assert_eq!(check(&files, &["--hook", "."]).out, walk.out);
}

#[test]
fn the_dialect_and_the_environment_are_those_of_the_file() {
    let files = |settings: &'static str| {
        [
            ("airvane.toml", settings),
            (
                ".env",
                "AIRFLOW_CONN_X=\"smtp://h\\x3a25\"\nAIRFLOW_CONN_Y=smtp://h:$PORT\n",
            ),
        ]
    };
    let hosts = |settings: &'static str, args: &[&str]| {
        let directory = with(&files(settings));
        let args = [&["list", "--reveal", "--format", "jsonl"], args].concat();
        run(directory.path(), &args).out
    };
    let settings = "env-dialect = \"compose\"\n[define]\nPORT = \"26\"\n";
    assert!(hosts(settings, &[]).contains("26"));
    assert!(hosts(settings, &["--define", "PORT=27"]).contains("27"));
    let docker = hosts("env-dialect = \"docker\"\n", &[]);
    assert!(docker != hosts("", &[]));
    assert!(hosts("env-dialect = \"docker\"\n", &["--env-dialect", "compose"]) == hosts("", &[]));
}

const SSM: &str = "[secrets]\nbackend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\n";

#[test]
fn a_declared_deployment_is_one_wherever_its_files_stand() {
    let dev = r#"AIRFLOW__SECRETS__BACKEND_KWARGS={"connections_prefix": "/dev/connections"}
AIRFLOW_CONN_X=smtp://first
"#;
    let prod = r#"AIRFLOW__SECRETS__BACKEND_KWARGS={"connections_prefix": "/prod/connections"}
"#;
    let dump = |stage: &str| {
        format!(
            "{{\"Parameters\": [{{\"Name\": \"/{stage}/connections/db\", \"Type\": \"SecureString\", \"Value\": \"smtp://{stage}\"}}]}}"
        )
    };
    let (dev_dump, prod_dump) = (dump("dev"), dump("prod"));
    let files = [
        ("base/airflow.cfg", SSM),
        ("stages/dev.env", dev),
        ("stages/more.env", "AIRFLOW_CONN_X=smtp://second\n"),
        ("stages/prod.env", prod),
        ("dumps/dev.json", &dev_dump),
        ("dumps/prod.json", &prod_dump),
        (
            "airvane.toml",
            r#"
[[deployment]]
name = "dev"
paths = ["base/airflow.cfg", "stages/dev.env", "stages/more.env", "dumps/dev.json"]

[[deployment]]
name = "prod"
paths = ["base/airflow.cfg", "stages/prod.env", "dumps/prod.json"]
"#,
        ),
    ];
    let directory = with(&files);
    let shown = run(directory.path(), &["check", "--show-files"]).out;
    let line = "deployment 1: dev: base/airflow.cfg + stages/dev.env + stages/more.env + dumps/dev.json; prod: base/airflow.cfg + stages/prod.env + dumps/prod.json\n";
    assert!(shown.ends_with(line), "{shown}");
    // Each export holds for its own deployment: no name is uncovered.
    let checked = run(directory.path(), &["check", "--format", "concise"]);
    assert_eq!(findings(&checked.out), ["x"; 0], "{}", checked.out);
    let resolve = |args: &[&str]| run(directory.path(), &[&["resolve"], args].concat());
    let unclear = resolve(&["connection:db"]);
    assert_eq!(unclear.code, 2);
    assert!(
        unclear.err.contains("1 dev: base/airflow.cfg + "),
        "{}",
        unclear.err
    );
    for stage in ["dev", "prod"] {
        let args = [
            "connection:db",
            "--deployment",
            stage,
            "--reveal",
            "--format",
            "json",
        ];
        let found = resolve(&args);
        assert_eq!(found.code, 0, "{}", found.err);
        assert!(
            found.out.contains(&format!("\"host\": \"{stage}\"")),
            "{}",
            found.out
        );
    }
    let second = resolve(&[
        "connection:x",
        "--deployment",
        "dev",
        "--reveal",
        "--format",
        "json",
    ]);
    assert!(
        second.out.contains("\"host\": \"second\""),
        "{}",
        second.out
    );
    let config = run(directory.path(), &["config", "--deployment", "prod"]);
    assert!(config.out.contains("/prod/connections"), "{}", config.out);
    assert_eq!(
        run(directory.path(), &["config", "--deployment", "test"]).code,
        2
    );
}

/// What is wrong in one of the declared deployments is wrong, whatever the others are like.
#[test]
fn a_finding_of_one_declared_deployment_stays() {
    let files = [
        ("airflow.cfg", GOOD),
        (
            "dev.env",
            "AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\n",
        ),
        (
            "kwargs.env",
            "AIRFLOW__SECRETS__BACKEND_KWARGS={\"sep\": \"-\"}\n",
        ),
    ];
    let settings = "[[deployment]]\nname = \"a\"\npaths = [\"airflow.cfg\", \"dev.env\", \"kwargs.env\"]\n[[deployment]]\nname = \"b\"\npaths = [\"airflow.cfg\", \"kwargs.env\"]\n";
    let of = |settings: &str| {
        let mut files = files.to_vec();
        files.push(("airvane.toml", settings));
        findings(&check(&files, &["-v", "--select", "AV106"]).out)
    };
    assert_eq!(of(settings), ["kwargs.env AV106 info"]);
    assert_eq!(of(&settings[..settings.rfind("[[").unwrap()]), ["x"; 0]);
}

/// The example of the README holds every key, and nothing that is wrong.
#[test]
fn the_example_of_the_readme_is_right_and_whole() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let section = readme.split("\n## Settings\n").nth(1).unwrap();
    let example = section.split("```toml\n").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    let files = [
        ("airvane.toml", example),
        ("airflow.cfg", GOOD),
        (
            "airvane-baseline.json",
            "{\"version\": 1, \"findings\": []}\n",
        ),
    ];
    let ran = check(&files, &["-v", "--ignore", "AV802"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("Airflow 2.11.2 (airvane.toml:"),
        "{}",
        ran.err
    );
    let schema = std::fs::read_to_string(root.join("schemas/airvane.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let tests = std::fs::read_dir(root.join("tests")).unwrap().flatten();
    let tests = tests.map(|entry| entry.path());
    let tests = tests.filter(|path| path.extension().is_some_and(|ext| ext == "rs"));
    let tests: String = tests
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let mut open = vec![&schema];
    let mut keys = 0;
    while let Some(schema) = open.pop() {
        for (key, value) in schema["properties"].as_object().into_iter().flatten() {
            let is_there = regex::Regex::new(&format!(r"(?m)^(\[\[?{key}\]|{key} =)")).unwrap();
            assert!(is_there.is_match(example), "the example has no `{key}`");
            let is_tried =
                regex::Regex::new(&format!(r"(\[\[?|\\n|\b){key}(\]| = |\.\w+ = )")).unwrap();
            assert!(is_tried.is_match(&tests), "no test sets `{key}`");
            let description = value["description"].as_str();
            assert!(description.is_some_and(|text| text.len() > 9), "{key}");
            open.extend([value, &value["items"]]);
            keys += 1;
        }
    }
    assert!(keys > 25, "{keys}");
}

#[test]
fn the_schema_is_printed() {
    let directory = with(&[]);
    let ran = run(directory.path(), &["schema", "airvane"]);
    assert_eq!(ran.code, 0);
    let schema: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(schema["title"], "airvane.toml");
}

#[test]
fn the_metadata_database_counts_as_the_file_says() {
    let resolve = |settings: &str, args: &[&str]| {
        let directory = with(&[
            ("airvane.toml", settings),
            ("airflow.cfg", SSM),
            (".env", "AIRFLOW_CONN_X=smtp://h\n"),
        ]);
        let ran = run(
            directory.path(),
            &[
                &[
                    "resolve",
                    "connection:x",
                    "connection:y",
                    "config:core.fernet_key",
                    "--format",
                    "json",
                    "--airflow",
                    "2.11.2",
                ],
                args,
            ]
            .concat(),
        );
        let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let outcomes = json
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["outcome"].as_str().unwrap().to_owned());
        (ran.code, outcomes.collect::<Vec<_>>())
    };
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let args = ["--in", ".env"];
    assert_eq!(
        resolve("", &args),
        (1, words(&["found", "missing", "missing"]))
    );
    let used = "lookup.metastore = \"used\"\n";
    assert_eq!(
        resolve(used, &args),
        (1, words(&["found", "unknown", "missing"]))
    );
    let unused = "lookup.metastore = \"unused\"\n";
    assert_eq!(
        resolve(unused, &args),
        (1, words(&["found", "missing", "missing"]))
    );
    let text = |settings: &str| {
        let directory = with(&[
            ("airvane.toml", settings),
            (".env", "AIRFLOW_CONN_X=smtp://h\n"),
        ]);
        run(
            directory.path(),
            &["resolve", "connection:y", "--airflow", "2.11.2"],
        )
    };
    let ran = text(used);
    assert_eq!(ran.code, 0);
    let out = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        out.contains("the metadata database, which is in use, may have it"),
        "{out}"
    );
    assert!(text("").out.contains("metadata database"));
    assert!(!text(unused).out.contains("metadata database"));
}

#[test]
fn the_arguments_of_a_declared_backend_are_checked() {
    let of = |settings: &str, cfg: &str| {
        let cfg = format!("[secrets]\nbackend = acme.secrets.AcmeBackend\n{cfg}");
        let files = [("airvane.toml", settings), ("airflow.cfg", &cfg)];
        let ran = check(&files, &["-v", "--select", "AV1,AV2", "--airflow", "3.3.2"]);
        ran.out.replace('\n', " | ")
    };
    let right = "backend_kwargs = {\"url\": 1}\n";
    let wrong = "backend_kwargs = {\"ulr\": 1, \"x\": 2}\n";
    assert!(of("", right).contains("info[AV104]"));
    let class = "[[backend]]\nclass = \"acme.secrets.AcmeBackend\"\n";
    assert_eq!(of(class, wrong), "", "nothing is declared of its arguments");
    let declared = format!("{class}kwargs = [\"url\", \"timeout\"]\nrequired-kwargs = [\"url\"]\n");
    assert_eq!(of(&declared, right), "");
    insta::assert_snapshot!(
        "a_declared_backend",
        [of(&declared, wrong), of(&declared, "")].join("\n")
    );
}

#[test]
fn a_declared_connection_type_is_known() {
    let env = r#"AIRFLOW_CONN_A=cornflow://user:hunter2@h
AIRFLOW_CONN_B='{"conn_type": "cornflow", "host": "h", "extra": {"token_ulr": "x", "verify": true, "other": 1}}'
AIRFLOW_CONN_C=cornflaw://h
"#;
    let settings =
        "[[conn-type]]\nname = \"cornflow\"\nextra-fields = [\"token_url\", \"verify\"]\n";
    let with_settings = |settings: &str, args: &[&str]| {
        let directory = with(&[("airvane.toml", settings), (".env", env)]);
        run(directory.path(), args).out
    };
    let codes = |settings: &str| {
        findings(&with_settings(
            settings,
            &["check", "-v", "--format", "concise", "--airflow", "3.3.2"],
        ))
        .join(", ")
    };
    assert_eq!(
        codes(""),
        ".env AV431 info, .env AV431 info, .env AV431 info"
    );
    assert_eq!(
        codes(settings),
        ".env AV433 warning, .env AV433 info, .env AV431 info"
    );
    assert_eq!(
        codes("[[conn-type]]\nname = \"cornflow\"\n"),
        ".env AV431 info"
    );
    let types = |settings: &str| {
        let out = with_settings(settings, &["list", "--format", "jsonl"]);
        out.lines()
            .filter(|line| line.contains("\"cornflow\""))
            .count()
    };
    assert_eq!(
        (types(""), types(settings)),
        (0, 1),
        "AV433 hides the second"
    );
}
