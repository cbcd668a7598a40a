//! What only a process shows: stderr, usage errors, failures, stdin and panics.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use airvane::load::guard;

use crate::{CANARIES, Leaks, fixtures, leak};

/// Letters that no path or word of an output holds.
const CANARY: &str = CANARIES[0];

pub(crate) fn run(folder: &Path, arguments: &[&str], stdin: &[u8]) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_airvane"))
        .current_dir(folder)
        .args(arguments)
        .env("RUST_BACKTRACE", "full")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // The program may end without reading all of it.
    let _ = pipe.write_all(stdin);
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    let mut seen = String::from_utf8_lossy(&output.stdout).into_owned();
    seen.push_str(&String::from_utf8_lossy(&output.stderr));
    assert!(!seen.contains("airvane has a bug"), "{seen}");
    assert!(!seen.contains("panicked"), "{seen}");
    seen
}

/// A secret in any argument but a path.
#[test]
fn no_usage_error_repeats_an_argument() {
    let work = tempfile::tempdir().unwrap();
    fs::write(
        work.path().join("airflow.cfg"),
        "[core]\nexecutor = LocalExecutor\n",
    )
    .unwrap();
    let mut leaks = Leaks::default();
    for canary in CANARIES {
        let lines: Vec<Vec<String>> = [
            "X",
            "--X",
            "-X",
            "--version=X",
            "check --define",
            "check --define DB=X",
            "check --define X",
            "check --define =X --define X",
            "check --defin DB=X .",
            "check --definE=DB=X",
            "check -define=X",
            "check --X=y",
            "check --X",
            "check --airflow X",
            "check --airflow 3.X",
            "check --provider X",
            "check --provider amazon=X",
            "check --provider X=9.0.0 -v",
            "check --provider X=9.0.0 -v --format json",
            "check --python X",
            "check --python 3.X",
            "check --runtime X",
            "check --env-dialect X",
            "check --kind X",
            "check --kind X=airflow.cfg",
            "check --severity X",
            "check --severity AV201=X",
            "check --severity X=error",
            "check --select X",
            "check --select AV201,X",
            "check --ignore X",
            "check --format X",
            "check --format X=/dev/null",
            "check --fail-on X",
            "check --jobs X",
            "check --color=X",
            "check --deployments X",
            "check -q -v --X",
            "check -q=X",
            "check --allow-empty=X",
            "check --show-files=X",
            "explain X",
            "explain AV201 X",
            "explain AVX",
            "rules X",
            "rules --format X",
            "schema X",
            "schema output X",
            "completions X",
            "completions bash X",
            "man X",
            "man check X",
        ]
        .iter()
        .map(|line| {
            line.split(' ')
                .map(|word| word.replace('X', canary))
                .collect()
        })
        .collect();
        for line in lines {
            let arguments: Vec<&str> = line.iter().map(String::as_str).collect();
            let seen = run(work.path(), &arguments, b"");
            leaks.look(&line.join(" "), &seen, canary);
        }
    }
    leaks.none(200);
}

/// What else is given to the runs of [`no_failure_holds_a_secret`].
const OPTIONS: &[&[&str]] = &[
    &["--format", "full", "--format", "json=/dev/stderr", "."],
    &[
        "--format",
        "jsonl",
        "--format",
        "github=/dev/stderr",
        "--format",
        "sarif=/dev/stdout",
        ".",
    ],
    &[
        "--format",
        "concise",
        "--format",
        "junit=/dev/stderr",
        "--format",
        "checkstyle=/dev/stdout",
        ".",
    ],
    &["--format", "gitlab", "--format", "rdjson=/dev/stderr", "."],
    &["--format", "html", "."],
    &["--show-files", "."],
    &[
        "--airflow",
        "2.0.0",
        "--airflow",
        "2.11.2",
        "--airflow",
        "3.3.2",
        ".",
    ],
    &[
        "--aws-config",
        "b/.env",
        "--aws-config",
        "airflow.cfg",
        "--kind",
        "cfg=j/dump.json",
        ".",
    ],
    &["--deployments", "one", "--color", "always", "."],
];

/// Files that cannot be read, in part or at all, hold secrets too.
#[test]
fn no_failure_holds_a_secret() {
    let work = tempfile::tempdir().unwrap();
    let latin = |text: &str| {
        let mut bytes = text.replace("SECRET", CANARY).into_bytes();
        bytes.extend(b" caf\xe9 ");
        bytes.extend(CANARY.as_bytes());
        bytes
    };
    let long = format!("AIRFLOW_CONN_DB={}\n", CANARY.repeat(20_000));
    let wide = "日本\t".repeat(300) + CANARY;
    let files: [(&str, Vec<u8>); 12] = [
        ("a/airflow.cfg", latin("[secrets]\nbackend = SECRET\nbackend_kwargs = {SECRET")),
        ("b/.env", latin("AIRFLOW_CONN_DB=SECRET\nSECRET\n")),
        ("c/dump.json", latin("{\"Parameters\": [{\"Name\": \"/a/b\", \"Value\": \"SECRET\"},")),
        ("d/.env", format!("AIRFLOW_CONN_DB=\0{CANARY}\n\0{CANARY}=x\n").into_bytes()),
        ("e/airflow.cfg", format!("[core]\n\0{CANARY} = {CANARY}\0\n{CANARY}\n").into_bytes()),
        ("f/.env", long.clone().into_bytes()),
        ("g/airflow.cfg", format!("[core]\nfernet_key = {wide} ; {wide}\n{wide}\n").into_bytes()),
        ("h/dump.json", format!("{{\"Parameters\": [{{\"Name\": \"/airflow/connections/{wide}\", \"Type\": \"String\", \"Value\": \"{CANARY}://{CANARY}:99999999\"}}, {CANARY}").into_bytes()),
        ("i/.env", format!("ENC[AES256_GCM,data:{CANARY}]\nsops_version={CANARY}\n").into_bytes()),
        ("j/dump.json", format!("[[\"{CANARY}\", {{\"{CANARY}\": \"{CANARY}\"}}], \"{CANARY}\" {CANARY}").into_bytes()),
        ("k/dump.json", format!("{{\"SecretString\": \"{{\\\"{CANARY}\\\": }}\", \"Name\": \"airflow/connections/x\", \"ARN\": \"{CANARY}\"}}").into_bytes()),
        ("l/.env", format!("AIRFLOW_CONN_DB postgres://u:{CANARY}@h\nAIRFLOW_CONN_{CANARY}\nexport AIRFLOW__CORE__FERNET_KEY {CANARY}\n").into_bytes()),
    ];
    for (name, bytes) in &files {
        let path = work.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    fs::create_dir(work.path().join("airflow.cfg")).unwrap();
    let mut leaks = Leaks::default();
    for dialect in [
        "docker",
        "compose",
        "python-dotenv",
        "bash",
        "systemd",
        "astro-deploy",
    ] {
        for more in OPTIONS {
            let mut arguments = vec!["check", "-v", "--env-dialect", dialect];
            arguments.extend(*more);
            let seen = run(work.path(), &arguments, b"");
            leaks.look(&arguments.join(" "), &seen, CANARY);
        }
        for (name, bytes) in &files {
            for kind in ["cfg", "env", "ssm", "secretsmanager", "flat-store"] {
                let name = name.rsplit('/').next().unwrap();
                let kind = format!("{kind}={name}");
                let arguments = [
                    "check",
                    "-v",
                    "--stdin-filename",
                    name,
                    "--kind",
                    &kind,
                    "-",
                ];
                let seen = run(work.path(), &arguments, bytes);
                leaks.look(&arguments.join(" "), &seen, CANARY);
            }
            if dialect != "docker" {
                break;
            }
        }
    }
    leaks.none(80);
}

/// Values of `--define` take part in `$` expansion and in a dotenv file's references.
#[test]
fn no_output_holds_a_defined_value() {
    let work = tempfile::tempdir().unwrap();
    let mut leaks = Leaks::default();
    for (index, fixture) in fixtures::all().iter().enumerate().step_by(7) {
        let folder = work.path().join("deployment");
        let mut files = fixture.files.clone();
        for (name, text) in &mut files {
            if !name.ends_with("json") {
                *text = text
                    .replace("=\"", "=\"${SECRET}")
                    .replace(": \"", ": \"$SECRET");
            }
        }
        fixtures::write(&folder, &files);
        let canary = CANARIES[index % CANARIES.len()];
        let mut arguments = fixture.arguments(&folder);
        for value in [canary.to_owned(), format!("{{\"{canary}\": \"{canary}\"")] {
            arguments.extend(["--define".to_owned(), format!("SECRET={value}")]);
            let seen = fixtures::output(&folder, &arguments);
            leaks.look(&fixture.name, &seen, canary);
        }
    }
    leaks.none(20);
}

/// The payloads of Rust's own panics hold the text that was being worked on.
#[test]
fn no_panic_tells_its_payload() {
    if std::env::var_os("AIRVANE_TEST_PANICS").is_some() {
        panics();
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "processes::no_panic_tells_its_payload",
            "--nocapture",
        ])
        .env("AIRVANE_TEST_PANICS", "1")
        .env("RUST_BACKTRACE", "full")
        .output()
        .unwrap();
    let mut seen = String::from_utf8_lossy(&output.stdout).into_owned();
    seen.push_str(&String::from_utf8_lossy(&output.stderr));
    assert!(seen.contains("1 passed"), "{seen}");
    assert_eq!(leak(&seen, CANARIES[3]), None);
}

fn panics() {
    guard::install();
    let secret = CANARIES[3].to_owned();
    let path = Path::new("airflow.cfg");
    let fails: [&dyn Fn(); 5] = [
        &|| panic!("{secret}"),
        &|| {
            let cut = secret.len() / 2 * 2 - 1;
            let _ = secret[..cut].len();
        },
        &|| {
            secret.parse::<u8>().map_err(|_| &secret).unwrap();
        },
        &|| assert_eq!(secret, "", "{secret}"),
        &|| std::panic::panic_any(secret.clone()),
    ];
    for fail in fails {
        let failure = guard::guard(path, fail).unwrap_err().to_string();
        assert!(failure.starts_with("airflow.cfg: airvane has a bug here"));
        assert_eq!(leak(&failure, &secret), None);
    }
}
