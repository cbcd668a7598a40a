//! What the family says of small files.

use super::*;
use crate::inputs::Form;
use crate::report::Applicability;
use crate::rules::files::cfg_testing::{Case, findings, lines};

fn found(rule: &'static Rule, airflow: &str, text: &str) -> Vec<String> {
    lines(rule, &Case::cfg(text).airflow(airflow))
}

#[test]
fn unknown_options_are_warned_of_where_one_is_nearly_right() {
    let unknown = |text: &str| found(&unknown_option::RULE, "3.3.2", text);
    assert_eq!(
        unknown("[core]\nparallelsim = 16\n"),
        [
            "2:1-2:12 warning Airflow has no such option and silently ignores it; `parallelism` in `[core]` is \
             probably meant"
        ]
    );
    assert!(unknown("[core]\nparallelism = 1\nparallelsim = 16\n")[0].contains(" info "));
    let many = unknown("[core]\nour_own_a = 1\nour_own_b = 2\n");
    assert_eq!(many.len(), 1);
    assert!(many[0].contains("info 2 options of `[core]`"), "{many:?}");
    assert!(!many[0].contains("our_own"), "{many:?}");
    assert!(unknown("[schedular]\nmax_tis_per_query = 16\n")[0].starts_with("1:1-1:12 warning"));
}

#[test]
fn what_somebody_reads_is_not_unknown() {
    for text in [
        "[datadog]\napi_key = x\n",
        "[DEFAULT]\nanything = x\n[core]\nparallelism = 1\n",
        "[celery_broker_transport_options]\nvisibility_timeout = 1\n",
        "[kubernetes_labels]\nx = y\n",
        "[core]\nfernet_key_cmd = cat x\n",
        "[api_auth]\njwt_secret = x\n",
        "[logging]\ndonot_modify_handlers = True\n",
        "[kubernetes]\ngit_repo = x\n",
        "[secrets]\nbackends = x\n",
        "[secrets]\nBackend = x\n",
        "[team=core]\nexecutor = LocalExecutor\n",
        "[cores]\nmine = 1\n",
        "[sentry]\nenvironment = prod\n",
        "[aws_auth_manager]\nenable = True\n",
    ] {
        let found = found(&unknown_option::RULE, "3.3.2", text);
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn options_of_later_releases_are_counted() {
    let later = found(
        &unknown_option::RULE,
        "2.11.2",
        "[api]\nbase_url = x\nworkers = 1\n",
    );
    assert_eq!(later.len(), 1);
    assert!(later[0].contains("info Airflow 2.11.2 does not know 2 options of `[api]` yet"));
}

#[test]
fn removed_options_are_named_with_their_release() {
    let removed = |airflow, text: &str| found(&removed_option::RULE, airflow, text);
    let slas = "[core]\ncheck_slas = True\n";
    assert!(removed("2.11.2", slas).is_empty());
    assert_eq!(
        removed("3.0.0", slas),
        [
            "2:1-2:11 warning Airflow 3.0.0 has no `check_slas` in `[core]` and silently ignores it: it was \
             removed in 3.0"
        ]
    );
    assert!(removed("2.3.0", "[webserver]\nrbac = True\n")[0].contains("since 2.0"));
    let atlas = removed("2.11.2", "[atlas]\nhost = x\nport = 1\n");
    assert_eq!(atlas.len(), 1);
    assert!(
        atlas[0].contains("info Airflow 2.11.2 has no section `[atlas]` since 2.7"),
        "{atlas:?}"
    );
    let template =
        "[elasticsearch]\nlog_id_template = {dag_id}-{task_id}-{logical_date}-{try_number}\n";
    assert!(removed("3.3.2", template)[0].contains("old value"));
    assert!(removed("3.3.2", "[elasticsearch]\nlog_id_template = {dag_id}\n").is_empty());
}

#[test]
fn renamed_options_are_read_or_not() {
    let renamed = |airflow, text: &str| found(&renamed_option::RULE, airflow, text);
    let conn = "[core]\nsql_alchemy_conn = sqlite:///x\n";
    assert!(
        renamed("2.11.2", conn)[0].contains("warning `sql_alchemy_conn` in `[core]` is called")
    );
    assert!(
        renamed("2.11.2", conn)[0].contains("Airflow 2.11.2 still reads the old name, and warns")
    );
    assert!(renamed("3.1.0", conn)[0].contains("Airflow 3.1.0 silently ignores"));
    assert!(renamed("3.3.2", conn)[0].contains("still reads"));
    let both = format!("{conn}[database]\nsql_alchemy_conn = sqlite:///y\n");
    assert!(
        renamed("2.11.2", &both)[0].contains("reads the new name, and the old one has no effect")
    );
    let same = format!("{conn}[database]\nsql_alchemy_conn = sqlite:///x\n");
    assert!(renamed("2.11.2", &same)[0].contains(" info "));
    assert!(renamed("2.11.2", &both)[0].contains(" warning "));
    assert!(renamed("3.1.0", &both)[0].contains(" info "));
    let case = Case::cfg("[database]\nsql_alchemy_conn = sqlite:///y\n")
        .airflow("2.11.2")
        .env("core", "sql_alchemy_conn", Form::Plain);
    let found = lines(&renamed_option::RULE, &case);
    assert!(found[0].contains("reads the old name first"), "{found:?}");
}

#[test]
fn without_a_chosen_release_one_line_counts_the_changes() {
    let text = "[core]\ncheck_slas = True\nsql_alchemy_conn = x\nexecutor = SequentialExecutor\n";
    let case = Case::cfg(text).guessed();
    assert_eq!(
        lines(&removed_option::RULE, &case),
        [
            "1:1-1:1 info 3 changes up to Airflow 3.3.2 concern options of this file: 1 removed, 1 renamed, 1 \
             with another default"
        ]
    );
    assert!(lines(&renamed_option::RULE, &case).is_empty());
    assert!(lines(&changed_default::RULE, &case).is_empty());
    let one = Case::cfg("[core]\nexecutor = SequentialExecutor\n").guessed();
    assert!(lines(&changed_default::RULE, &one)[0].contains("1 change up to"));
}

#[test]
fn values_are_held_against_the_getter_that_reads_them() {
    let types = |airflow, text: &str| found(&option_type::RULE, airflow, text);
    for text in [
        "[core]\nload_examples = yes\n",
        "[core]\nparallelism = 16 tasks\n",
        "[core]\nparallelism =\n",
        "[core]\ndefault_task_execution_timeout = 1h\n",
        "[logging]\nremote_task_handler_kwargs = {'a': 1}\n",
        "[core]\nxcom_backend = MyXCom\n",
        "[scheduler]\nscheduler_idle_sleep_time = 1s\n",
    ] {
        let found = types("3.3.2", text);
        assert!(found[0].contains(" error "), "{text}: {found:?}");
    }
    let whole = "[core]\nparallelism = 16.0\n";
    assert!(types("2.11.2", whole)[0].contains(" error "));
    assert!(types("3.3.2", whole).is_empty());
    for text in [
        "[core]\nload_examples = false # no\n",
        "[core]\nparallelism = 16 # x\n",
        "[core]\nparallelism = \"16\"\n",
        "[core]\ndefault_task_execution_timeout =\n",
        "[core]\nparallelism = {{ parallelism }}\n",
        "[core]\nparallelism = $PARALLELISM\n",
        "[elasticsearch_configs]\nverify_certs = maybe\n",
        "[secrets]\nbackend_kwargs = {\n",
        "[core]\nnobody_knows = x\n",
        "[core]\nhostname_callable = socket.getfqdn\n",
    ] {
        assert!(types("3.3.2", text).is_empty(), "{text}");
    }
    let colon = "[core]\nhostname_callable = socket:getfqdn\n";
    assert!(types("2.11.2", colon).is_empty());
    assert!(types("3.0.0", colon)[0].contains(" error "));
    let guess = lines(&option_type::RULE, &Case::cfg(colon).guessed());
    assert!(
        guess[0].contains(" warning ") && guess[0].contains("3.0 and later"),
        "{guess:?}"
    );
    let old = "[core]\nsql_alchemy_pool_size = five\n";
    assert!(types("2.10.0", old)[0].contains(" error "));
    assert!(types("3.1.0", old).is_empty());
    // A value of its own since 2.4.
    let hides = "[webserver]\nexpose_config = non-sensitive-only\n";
    assert!(types("2.3.0", hides)[0].contains(" error "));
    assert!(types("2.4.0", hides).is_empty());
    assert!(types("3.3.2", &hides.replace("webserver", "api")).is_empty());
    let overridden =
        Case::cfg("[core]\nload_examples = yes\n").env("core", "load_examples", Form::Plain);
    let found = lines(&option_type::RULE, &overridden);
    assert!(
        found
            .iter()
            .any(|line| line.starts_with("2:17") && line.contains(" warning ")),
        "{found:?}"
    );
}

#[test]
fn defaults_that_changed_are_named() {
    let changed = |airflow, text: &str| found(&changed_default::RULE, airflow, text);
    let executor = "[core]\nexecutor = SequentialExecutor\n";
    assert!(changed("3.3.2", executor)[0].contains("takes `LocalExecutor` for it, and warns"));
    assert!(changed("2.11.2", executor).is_empty());
    let celery = changed("3.3.2", "[core]\nexecutor = CeleryExecutor\n");
    assert!(celery[0].contains("this is neither of them"), "{celery:?}");
    assert!(changed("3.3.2", "[core]\nexecutor = LocalExecutor\n").is_empty());
    let tis = "[scheduler]\nmax_tis_per_query = 512\n";
    assert!(changed("2.6.0", tis).is_empty());
    assert!(changed("2.7.0", tis)[0].contains("the default before 2.7: now it is `16`"));
}

#[test]
fn values_that_airflow_checks_are_refused() {
    let invalid = |airflow, text: &str| found(&option_value_invalid::RULE, airflow, text);
    assert!(invalid("2.11.2", "[logging]\nlogging_level = info\n")[0].contains(" error "));
    assert!(invalid("2.11.2", "[core]\nlogging_level = info\n")[0].contains(" error "));
    assert!(invalid("2.1.0", "[logging]\nlogging_level = info\n").is_empty());
    let zero = "[core]\nparallelism = 0\n";
    assert!(invalid("3.0.0", zero)[0].contains("must be more than 0"));
    assert!(invalid("2.11.2", zero).is_empty());
    let executor = |airflow, name: &str| invalid(airflow, &format!("[core]\nexecutor = {name}\n"));
    assert!(
        executor("3.3.2", "CeleryKubernetesExecutor")[0]
            .contains("has no `CeleryKubernetesExecutor`")
    );
    assert!(executor("2.11.2", "CeleryKubernetesExecutor").is_empty());
    let slip = executor("3.3.2", "LocalExecutor,CeleryExecuter");
    assert!(
        slip[0].starts_with("2:26-2:40 error Airflow has no executor of this name"),
        "{slip:?}"
    );
    for fine in [
        "my.own.Executor",
        "alias:my.own.Executor",
        "SequentialExecutor",
        "LocalExecutor, CeleryExecutor",
    ] {
        assert!(executor("3.3.2", fine).is_empty(), "{fine}");
    }
    let sqlite =
        "[core]\nexecutor = LocalExecutor\n[database]\nsql_alchemy_conn = sqlite:////x.db\n";
    assert!(invalid("2.9.0", sqlite)[0].contains("cannot use SQLite"));
    assert!(invalid("3.0.0", sqlite).is_empty());
}

#[test]
fn the_environment_comes_before_the_file() {
    let over = |text: &str| {
        let case = Case::cfg(text).env("core", "dags_folder", Form::Plain);
        lines(&environment_overrides_file::RULE, &case)
    };
    assert_eq!(over("[core]\ndags_folder = /dags\n").len(), 1);
    assert!(over("[core]\ndags_folder = value\n").is_empty());
    assert!(over("[core]\nplugins_folder = /x\n").is_empty());
    assert!(over("[core]\ndags_folder = {{ x }}\n").is_empty());
}

#[test]
fn a_new_name_is_written_where_nothing_else_changes() {
    let fix = |case: &Case| {
        let found = findings(&renamed_option::RULE, case);
        let fix = found.iter().find_map(|finding| finding.fix.as_deref());
        fix.map(|fix| (fix.applicability, fix.edits.len()))
    };
    let cfg = |text: &str| fix(&Case::cfg(text));
    let safe = Some((Applicability::Safe, 1));
    assert_eq!(cfg("[core]\ndag_concurrency = 1\n"), safe);
    let risky = Some((Applicability::Unsafe, 1));
    assert_eq!(cfg("[triggerer]\ndefault_capacity = 1\n"), risky);
    let shown = Some((Applicability::Display, 0));
    assert_eq!(cfg("[webserver]\nbase_url = x\n"), shown);
    assert_eq!(cfg("[webserver]\nsession_lifetime_days = 1\n"), None);
    let both = "[core]\ndag_concurrency = 1\nmax_active_tasks_per_dag = 2\n";
    assert_eq!(cfg(both), None);
    let case = Case::cfg("").env("webserver", "base_url", Form::Plain);
    assert_eq!(fix(&case), risky);
}
