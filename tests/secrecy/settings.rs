//! A settings file is written by hand: anything may get into any place of it.

use std::fs;

use crate::{CANARIES, Leaks, processes};

/// Settings files with SECRET where it does not belong.
const FILES: &[&str] = &[
    "SECRET",
    "SECRET = 1\n",
    "select = SECRET\n",
    "select = \"SECRET\"\n",
    "select = [\"SECRET\"]\nignore = [\"AVSECRET\"]\n",
    "# SECRET\nselct = []\n",
    "[SECRET]\nx = 1\n[target.SECRET]\n",
    "\"SECRET\" = \"SECRET\"\n\"SECRET\" = 1\n",
    "SECRET.SECRET = 1\nSECRET = 2\n",
    "fail-on = \"SECRET\"\nenv-dialect = \"SECRET\"\nbaseline = 3\n",
    "[target]\nairflow = \"SECRET\"\npython = \"SECRET\"\nruntime = \"SECRET\"\nproviders = {SECRET = \"SECRET\"}\n",
    "[target]\nairflow = [\"SECRET\", 2]\nproviders = {amazon = \"SECRET\", \"SECRET\" = \"9.2.0\"}\n",
    "[severity]\nSECRET = \"error\"\nAV201 = \"SECRET\"\n",
    "[define]\nX = \"SECRET\"\nSECRET = \"x\"\n",
    "[define]\nX = SECRET\n",
    "[define]\nX = 3\nSECRET = 4\n",
    "[kinds]\n\"SECRET{\" = \"cfg\"\n",
    "[kinds]\n\"SECRET\" = \"cfg\"\n\"x\" = \"SECRET\"\n",
    "exclude = [\"SECRET\", \"SECRET{\"]\n",
    "[[per-path-ignore]]\npaths = \"SECRET\"\nrules = \"SECRET\"\nreason = \"SECRET\"\n",
    "[[per-path-ignore]]\npaths = [\"*\"]\nrules = [\"AVSECRET\", \"AV404\"]\nreason = \"SECRET\"\n",
    "[[deployment]]\nname = \"SECRET {\"\npaths = \"SECRET\"\n",
    "[[deployment]]\nname = \"x\"\npaths = \"SECRET\"\nSECRET = 1\n",
    "required = [\"SECRET\", \"connection:SECRET \", \"SECRET:x\"]\n",
    "[lookup]\nmetastore = \"SECRET\"\n",
    "[[backend]]\nclass = \"SECRET\"\n",
    "[[backend]]\nclass = \"x.SECRET!\"\nkwargs = [\"SECRET!\"]\nrequired-kwargs = [\"SECRET\"]\n",
    "[[conn-type]]\nname = \"SECRET!\"\nextra-fields = [\"SECRET\", \"SECRET\"]\n",
    "[[conn-type]]\nname = \"x\"\nextra-fields = [\"SECRET\"]\n",
];

#[test]
fn nothing_of_a_settings_file_is_repeated() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path();
    fs::write(
        folder.join("airflow.cfg"),
        "[secrets]\nbackend = a.B\nbackend_kwargs = {\"url\": 1}\n",
    )
    .unwrap();
    fs::write(
        folder.join(".env"),
        "AIRFLOW_CONN_X='{\"conn_type\": \"x\", \"port\": 99999, \"extra\": {\"a\": 1}}'\n",
    )
    .unwrap();
    let mut leaks = Leaks::default();
    for file in FILES {
        for canary in CANARIES {
            // What ends a string of TOML would only break the file.
            let text = file.replace("SECRET", &canary.replace('\\', ""));
            for (name, head) in [("airvane.toml", ""), ("pyproject.toml", "[tool.airvane]\n")] {
                fs::write(folder.join(name), format!("{head}{text}")).unwrap();
                for line in [
                    "check -v --format full --format json=/dev/stderr --format github=/dev/stdout",
                    "check -v --show-files",
                    "list",
                    "resolve connection:x",
                    "config -v",
                ] {
                    let arguments: Vec<&str> = line.split(' ').collect();
                    let seen = processes::run(folder, &arguments, b"");
                    leaks.look(&format!("{text} {line}"), &seen, canary);
                    if seen.contains("airvane.toml:") || seen.contains("pyproject.toml:") {
                        // The others say the same.
                        break;
                    }
                }
                fs::remove_file(folder.join(name)).unwrap();
            }
        }
    }
    leaks.none(300);
}
