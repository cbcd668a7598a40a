//! What each fix writes.

use airvane::report::Applicability;
use airvane::syntax::dotenv::Dialect;

use super::{SSM, fixed};

const MANAGER: &str = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend";

/// A file, and what becomes of it: with the safe fixes, and with the unsafe ones too.
struct Case {
    name: &'static str,
    before: String,
    safe: Option<String>,
    risky: Option<String>,
}

fn cfg(before: &str, safe: Option<&str>, risky: Option<&str>) -> Case {
    Case {
        name: "airflow.cfg",
        before: before.to_owned(),
        safe: safe.map(str::to_owned),
        risky: risky.map(str::to_owned),
    }
}

fn env(before: &str, safe: Option<&str>, risky: Option<&str>) -> Case {
    Case {
        name: ".env",
        ..cfg(before, safe, risky)
    }
}

/// The keyword arguments of a backend in airflow.cfg.
fn kwargs(class: &str, before: &str, safe: Option<&str>, risky: Option<&str>) -> Case {
    let file = |kwargs: &str| format!("[secrets]\nbackend = {class}\nbackend_kwargs = {kwargs}\n");
    Case {
        name: "airflow.cfg",
        before: file(before),
        safe: safe.map(file),
        risky: risky.map(file),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_fix_writes_what_its_page_says_and_nothing_else() {
    let class =
        "[secrets]\nbackend = airflow.contrib.secrets.aws_secrets_manager.SecretsManagerBackend\n";
    let today = format!("[secrets]\nbackend = {MANAGER}\n");
    let misspelt = today.replace("secrets_manager.", "secret_manager.");
    let cases = [
        // AV004
        cfg(
            "[core]\nExecutor = LocalExecutor\n",
            Some("[core]\nexecutor = LocalExecutor\n"),
            None,
        ),
        cfg(
            "[ CORE ]\nexecutor = x.y\n",
            Some("[core]\nexecutor = x.y\n"),
            None,
        ),
        cfg("[core]\nExecutor = a.b\nEXECUTOR = c.d\n", None, None),
        cfg("[core]\nExecutor = a.b\nexecutor = c.d\n", None, None),
        cfg(
            "[core]\nDags_Folder = /x\nplugins_folder = %(Dags_Folder)s/y\n",
            None,
            None,
        ),
        // AV006
        cfg(
            "[core]\nfernet_key = a%b%c\n",
            Some("[core]\nfernet_key = a%%b%%c\n"),
            None,
        ),
        cfg(
            "[core]\nfernet_key = a%%b%c\n",
            None,
            Some("[core]\nfernet_key = a%%b%%c\n"),
        ),
        cfg(
            "[core]\nfernet_key = %(x)s\n",
            None,
            Some("[core]\nfernet_key = %%(x)s\n"),
        ),
        cfg(
            "[core]\nfernet_key = a\n  %b\n  c\n",
            Some("[core]\nfernet_key = a\n  %%b\n  c\n"),
            None,
        ),
        // AV007
        cfg(
            "[core]\nparallelism = 1  # x\n",
            Some("[core]\n# x\nparallelism = 1\n"),
            None,
        ),
        cfg(
            "[core]\ndags_folder = /x ; y\nexecutor = a.b\n",
            None,
            Some("[core]\n; y\ndags_folder = /x\nexecutor = a.b\n"),
        ),
        // AV008
        cfg(
            "[core]\nparallelism = \"1\"\n",
            Some("[core]\nparallelism = 1\n"),
            None,
        ),
        cfg(
            "[core]\ndags_folder = '/x'\n",
            None,
            Some("[core]\ndags_folder = /x\n"),
        ),
        // AV012
        env(
            "AIRFLOW_CONN_my_db=a://h\n",
            None,
            Some("AIRFLOW_CONN_MY_DB=a://h\n"),
        ),
        env(
            "AIRFLOW_CONN_my_db=a://h\nAIRFLOW_CONN_MY_DB=b://h\n",
            None,
            None,
        ),
        env(
            "AIRFLOW_CONN_my_db=a://h\nAIRFLOW_CONN_My_Db=b://h\n",
            None,
            None,
        ),
        // AV101, AV102, AV110
        cfg(&misspelt, None, Some(&today)),
        cfg(class, Some(&today), None),
        cfg(&today.replace("backend", "backends"), None, Some(&today)),
        env(
            "AIRFLOW__WORKERS__BACKEND=a.b.C\n",
            None,
            Some("AIRFLOW__WORKERS__SECRETS_BACKEND=a.b.C\n"),
        ),
        // AV201
        kwargs(MANAGER, "{\"sep\": \"/\",}", Some("{\"sep\": \"/\"}"), None),
        kwargs(
            MANAGER,
            "{'sep': '%%', 'profile_name': None}",
            Some("{\"sep\": \"%%\", \"profile_name\": null}"),
            None,
        ),
        kwargs(MANAGER, "{'sep': 'it's'}", None, None),
        kwargs(
            MANAGER,
            "{\"sep\": \"/\"} # note",
            None,
            Some("{\"sep\": \"/\"}"),
        ),
        // AV203, AV207, AV213
        kwargs(MANAGER, "{\"seperator\": \"-\"}", None, None),
        kwargs(
            MANAGER,
            "{\"conections_prefix\": \"a/c\"}",
            None,
            Some("{\"connections_prefix\": \"a/c\"}"),
        ),
        kwargs(
            MANAGER,
            "{\"conections_prefix\": \"a/c\", \"connections_prefix\": \"b/c\"}",
            None,
            None,
        ),
        kwargs(
            MANAGER,
            "{\"connections_prefix\": \"a/c\",\n  \"connections_prefix\": \"b/c\"}",
            None,
            Some("{\"connections_prefix\": \"b/c\"}"),
        ),
        // AV303, AV304
        kwargs(
            MANAGER,
            "{\"connections_prefix\": \"a/c/\", \"sep\": \"-\"}",
            None,
            Some("{\"connections_prefix\": \"a/c\", \"sep\": \"-\"}"),
        ),
        kwargs(
            SSM,
            "{\"connections_prefix\": \"/a//b///c\"}",
            Some("{\"connections_prefix\": \"/a/b/c\"}"),
            None,
        ),
        kwargs(
            MANAGER,
            "{\"connections_prefix\": \"a//c\"}",
            None,
            Some("{\"connections_prefix\": \"a/c\"}"),
        ),
        // AV402
        env(
            "AIRFLOW_CONN_X=a_b_c://h/d_e\n",
            Some("AIRFLOW_CONN_X=a-b-c://h/d_e\n"),
            None,
        ),
        // AV405
        env(
            "AIRFLOW_CONN_X=aws://k:a/b#c@/\n",
            None,
            Some("AIRFLOW_CONN_X=aws://k:a%2Fb%23c@/\n"),
        ),
        env("AIRFLOW_CONN_X=aws://k:a/b@c@/\n", None, None),
        // AV410
        env(
            "AIRFLOW_CONN_X='aws://k:ab @h/'\n",
            None,
            Some("AIRFLOW_CONN_X='aws://k:ab@h/'\n"),
        ),
    ];
    for case in cases {
        let safe = case.safe.as_ref().unwrap_or(&case.before);
        let (after, _) = fixed(
            case.name,
            &case.before,
            Dialect::Compose,
            Applicability::Safe,
        );
        assert_eq!(after, *safe, "safe fixes");
        let risky = case.risky.as_ref().unwrap_or(safe);
        let (after, _) = fixed(
            case.name,
            &case.before,
            Dialect::Compose,
            Applicability::Unsafe,
        );
        assert_eq!(after, *risky, "unsafe fixes");
    }
}

#[test]
fn of_a_template_no_fix_is_safe() {
    let text = "[core]\nexecutor = {{ executor }}\nparallelism = \"16\"\n{% if x %}\n[secrets]\n{% endif %}\n";
    let (after, _) = fixed(
        "airflow.cfg.j2",
        text,
        Dialect::Compose,
        Applicability::Safe,
    );
    assert_eq!(after, text);
}
