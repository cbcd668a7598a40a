use super::*;

/// `C`onnection or `V`ariable, `?` where it may be missing, and what stands at the span.
fn asked(text: &str) -> Vec<String> {
    let parts = read(text).unwrap();
    let references = parts.dag.references.iter();
    references
        .map(|one| {
            let letter = if one.kind == EntryKind::Connection {
                "C"
            } else {
                "V"
            };
            let mark = if one.demand == Demand::May { "?" } else { "" };
            assert_eq!(&text[one.span.start..one.span.end], one.id);
            format!("{letter}{mark} {}", one.id)
        })
        .collect()
}

fn dynamic(text: &str) -> (usize, usize) {
    let dag = read(text).unwrap().dag;
    (dag.dynamic_connections, dag.dynamic_variables)
}

const IMPORTS: &str = "from airflow.models import Connection, Variable\n";

#[test]
fn arguments_and_getters_are_references() {
    for (code, found) in [
        ("Op(task_id='t', postgres_conn_id='db')", "C db"),
        ("Op(conn_id=\"db\")", "C db"),
        ("BaseHook.get_connection('db')", "C db"),
        ("PostgresHook(x).get_connection(\"db\")", "C db"),
        ("BaseHook.get_connection(conn_id='db').host", "C db"),
        ("Connection.get_connection_from_secrets('db')", "C db"),
        ("Connection.get('db')", "C db"),
        ("Variable.get('env')", "V env"),
        ("Variable.get(key='env', deserialize_json=True)", "V env"),
        ("airflow.models.Variable.get('env')", "V env"),
        ("Op.partial(task_id='t').expand(conn_id=['db'])", "C db"),
        ("DAG('d', default_args={'ssh_conn_id': 'db'})", "C db"),
        ("default_args = {'owner': 'x', 'conn_id': 'db'}", "C db"),
        (
            "@task.kubernetes(kubernetes_conn_id='db')\ndef f(): pass",
            "C db",
        ),
        ("x = 'echo {{ conn.db.host }}'", "C db"),
        ("x = f\"{a} {{{{ var.value.env }}}}\"", "V env"),
    ] {
        assert_eq!(asked(&format!("{IMPORTS}{code}\n")), [found], "{code}");
    }
}

#[test]
fn what_may_be_missing_is_marked() {
    for (code, found) in [
        ("Variable.get('env', 'dev')", "V? env"),
        ("Variable.get('env', default_var=None)", "V? env"),
        ("Variable.get('env', default=None)", "V? env"),
        ("Variable.get('env', **more)", "V? env"),
        ("Variable.setdefault('env', 1)", "V? env"),
        (
            "try:\n  Variable.get('env')\nexcept KeyError: pass",
            "V? env",
        ),
        ("with suppress(KeyError):\n  Variable.get('env')", "V? env"),
        ("S3Hook(aws_conn_id='aws')", "C? aws"),
        ("settings = {'conn_id': 'db'}", "C? db"),
    ] {
        assert_eq!(asked(&format!("{IMPORTS}{code}\n")), [found], "{code}");
    }
}

#[test]
fn what_only_looks_so_is_none() {
    for code in [
        "Op(conn_id=None, x_conn_id='')",
        "Connection(conn_id='db', conn_type='ssh')",
        "session.query(Connection).filter_by(conn_id='db')",
        "cache.get('db')",
        "pool.get_connection('db')",
        "Variable.set('env', 1)",
        "Variable.delete('env')",
        "def f(conn_id='db'): pass",
        "class A:\n    conn_id = 'db'",
        "'''{{ conn.db.host }}'''",
        "DAG('d', doc_md='{{ conn.db.host }}')",
        "x = 'conn_id=\"db\"'  # Op(conn_id='db')",
    ] {
        assert_eq!(asked(&format!("{IMPORTS}{code}\n")), [""; 0], "{code}");
    }
    assert_eq!(asked("class Variable: pass\nVariable.get('x')\n"), [""; 0]);
    assert_eq!(
        asked("from tkinter import Variable\nVariable.get('x')\n"),
        [""; 0]
    );
}

#[test]
fn a_name_that_is_given_once_stands_for_its_string() {
    assert_eq!(
        asked("DB = 'db'\nOp(conn_id=DB)\nOp(conn_id=DB)\n"),
        ["C db"]
    );
    assert_eq!(
        asked("from airflow.sdk import Variable as V\nK: str = 'env'\nV.get(K)\n"),
        ["V env"]
    );
    // Bound twice, or to what is not known.
    for text in [
        "DB = 'db'\nDB = 'other'\nOp(conn_id=DB)\n",
        "DB = 'db'\nif x:\n    DB += '_dev'\nOp(conn_id=DB)\n",
        "def f(DB):\n    Op(conn_id=DB)\nDB = 'db'\n",
        "from settings import DB\nOp(conn_id=DB)\n",
        "for DB in ['db']:\n    Op(conn_id=DB)\n",
    ] {
        assert_eq!(asked(text), [""; 0], "{text}");
        assert_eq!(dynamic(text), (1, 0), "{text}");
    }
}

#[test]
fn what_is_put_together_is_counted() {
    for code in [
        "Op(conn_id=f'db_{env}')",
        "Op(conn_id='db_' + env)",
        "Op(conn_id=os.environ['DB'])",
        "Op(conn_id='a' if x else 'b')",
        "BaseHook.get_connection(name)",
        "Op(x='{{ conn[params.x].host }}')",
    ] {
        assert_eq!(dynamic(&format!("{IMPORTS}{code}\n")), (1, 0), "{code}");
    }
    let code = format!("{IMPORTS}Variable.get(f'{{x}}')\nOp(conn_id='{{{{ var.value.db }}}}')\n");
    assert_eq!(dynamic(&code), (1, 1));
    assert_eq!(asked(&code), ["V db"]);
}

#[test]
fn an_id_whose_quote_is_not_closed_is_not_known_yet() {
    for code in [
        "Variable.get(\"or",
        "Variable.get('or\n",
        "Variable.get('a' \"é",
    ] {
        let code = format!("{IMPORTS}{code}");
        assert_eq!(dynamic(&code), (0, 1), "{code}");
        assert_eq!(asked(&code), [""; 0], "{code}");
    }
}

#[test]
fn variables_that_the_code_sets_are_kept() {
    let text = format!("{IMPORTS}Variable.set('env', 1)\nVariable.set(name, 1)\n");
    assert_eq!(read(&text).unwrap().dag.sets, ["env"]);
}

#[test]
fn only_ids_and_the_code_before_them_are_shown() {
    let line = "Op(conn_id='db', password='S3CRET', extra_conn_id='a b=c S3CRET')";
    let mask = read(line).unwrap().mask;
    assert_eq!(
        mask.apply(line, 0),
        "***conn_id='db'**************************************************"
    );
    let line = "BaseHook.get_connection(\"db\").password == 'S3CRET'";
    let mask = read(line).unwrap().mask;
    assert_eq!(
        mask.apply(line, 0),
        "BaseHook.get_connection(\"db\"**********************"
    );
}

#[test]
fn a_file_without_the_words_is_not_parsed() {
    assert!(!may_ask("import os\nprint('x')\n"));
    // Would be refused.
    assert!(read("print 'x'\n").is_ok());
}
