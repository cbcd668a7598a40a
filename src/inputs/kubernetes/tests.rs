use std::path::Path;

use super::*;
use crate::inputs::carrier::Part;
use crate::source::Text;
use crate::syntax::dotenv::Outside;

/// What a file holds: variables (`?` for what is not known), files, faults, and what is broken.
pub(in crate::inputs) fn told(carrier: &Carrier) -> Vec<String> {
    let value = |text: &Text| {
        let mark = if text.is_known() { "" } else { "?" };
        format!("{mark}{}", text.expose())
    };
    let mut told: Vec<String> = Vec::new();
    for part in &carrier.parts {
        match part {
            Part::Added { kind, entries } => {
                let entries = entries
                    .iter()
                    .map(|one| format!("{}={}", one.id.expose(), value(&one.value)));
                let entries: Vec<String> = entries.collect();
                told.push(format!("added {}: {}", kind.word(), entries.join(" ")));
            }
            Part::Environment(environment) => {
                let variables = environment.variables.iter().map(|variable| {
                    let value = variable.value.as_ref().map_or("?".to_owned(), value);
                    format!("{}={value}", variable.name.expose())
                });
                let files = environment
                    .env_files
                    .iter()
                    .map(|file| file.display().to_string());
                told.push(files.chain(variables).collect::<Vec<_>>().join(" "));
            }
            Part::File { kind, text } => told.push(format!("{}: {}", kind.word(), value(text))),
            Part::Store { .. } => told.push("a store".to_owned()),
            Part::Scattered { .. } => unreachable!(),
        }
    }
    let faults = carrier.around.faults.iter();
    told.extend(faults.map(|fault| format!("{:?} {}", fault.kind, fault.name)));
    told.extend(
        carrier
            .around
            .broken
            .iter()
            .map(|broken| broken.message.clone()),
    );
    told
}

pub(in crate::inputs) fn surroundings(path: &Path) -> Surroundings<'_> {
    Surroundings {
        path,
        environment: &|_| Outside::Unknown,
        neighbour: &|_| None,
    }
}

fn of(path: &str, text: &str) -> Vec<String> {
    told(&read(text, &surroundings(Path::new(path))))
}

fn manifest(text: &str) -> Vec<String> {
    of("airflow.yaml", text)
}

/// A pod with this `env` and `envFrom`, behind other objects.
fn pod(objects: &str, container: &str) -> Vec<String> {
    let container = container.replace('\n', "\n      ");
    manifest(&format!(
        "{objects}apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: base\n      {container}\n"
    ))
}

#[test]
fn every_template_of_a_pod_is_found() {
    let container = "{name: a, env: [{name: AIRFLOW_HOME, value: /x}]}";
    for (kind, spec) in [
        ("Pod", format!("spec: {{containers: [{container}]}}")),
        ("Pod", format!("spec: {{initContainers: [{container}]}}")),
        (
            "PodTemplate",
            format!("template: {{spec: {{containers: [{container}]}}}}"),
        ),
        (
            "Rollout",
            format!("spec: {{template: {{spec: {{containers: [{container}]}}}}}}"),
        ),
        (
            "CronJob",
            format!(
                "spec: {{jobTemplate: {{spec: {{template: {{spec: {{containers: [{container}]}}}}}}}}}}"
            ),
        ),
    ] {
        let object = format!("{{apiVersion: v1, kind: {kind}, {spec}}}");
        assert_eq!(manifest(&object), ["AIRFLOW_HOME=/x"], "{object}");
        let list = format!("{{apiVersion: v1, kind: List, items: [{object}, {object}]}}");
        assert_eq!(manifest(&list), ["AIRFLOW_HOME=/x", "AIRFLOW_HOME=/x"]);
    }
    let json = r#"{"apiVersion": "v1", "kind": "Pod",
        "spec": {"containers": [{"env": [{"name": "AIRFLOW_HOME", "value": "\/x\ud83d\ude00"}]}]}}"#;
    assert_eq!(of("pod.json", json), ["AIRFLOW_HOME=/x\u{1f600}"]);
}

#[test]
fn what_stands_in_the_file_is_taken_and_the_last_one_counts() {
    let objects = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: env}\ndata: {CORE__EXECUTOR: Local, B: b}\n---\n\
                   apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\ndata: {key: cDRzcw==, AIRFLOW_A: YQ==}\n\
                   stringData: {AIRFLOW_A: plain}\n---\n";
    let container = "env:\n- {name: AIRFLOW__X, value: $(AIRFLOW__CORE__EXECUTOR)-$(AIRFLOW_A)-$(LATER)-$$(LATER)}\n\
                     - {name: LATER, valueFrom: {secretKeyRef: {name: keys, key: key}}}\n\
                     - {name: NONE, valueFrom: {secretKeyRef: {name: others, key: key}}}\n\
                     - {name: NEITHER, valueFrom: {configMapKeyRef: {name: env, key: c}}}\n\
                     envFrom:\n- {prefix: AIRFLOW__, configMapRef: {name: env}}\n- secretRef: {name: keys}\n- secretRef: {name: others}";
    assert_eq!(
        pod(objects, container),
        [
            "AIRFLOW__CORE__EXECUTOR=Local AIRFLOW__B=b key=p4ss AIRFLOW_A=a AIRFLOW_A=plain \
             AIRFLOW__X=?Local-plain-$(LATER)-$(LATER) LATER=p4ss NONE=? NEITHER=?"
        ]
    );
}

#[test]
fn objects_of_other_namespaces_are_not_taken() {
    let map = |namespace: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: env, namespace: {namespace}}}\ndata: {{AIRFLOW_A: {namespace}}}\n---\n"
        )
    };
    let of = |namespace: &str| {
        let pod = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{namespace: {namespace}}}\nspec: {{containers: [{{envFrom: [{{configMapRef: {{name: env}}}}]}}]}}\n"
        );
        manifest(&(map("one") + &map("two") + &pod))
    };
    assert_eq!(of("one"), ["AIRFLOW_A=one", "AIRFLOW_A=two"]);
    assert_eq!(of("two"), ["AIRFLOW_A=two", "AIRFLOW_A=one"]);
    assert_eq!(of("three"), ["AIRFLOW_A=one", "AIRFLOW_A=two"]);
}

#[test]
fn objects_without_pods_hold_environments_and_files() {
    let map = "apiVersion: v1\nkind: ConfigMap\ndata:\n  AIRFLOW__CORE__EXECUTOR: Local\n  airflow.cfg: |\n    [core]\n    a = b\n";
    assert_eq!(
        manifest(map),
        ["cfg: [core]\na = b\n", "AIRFLOW__CORE__EXECUTOR=Local"]
    );
    let secret = "apiVersion: v1\nkind: Secret\ndata:\n  .env: QUlSRkxPV19BPWI=\n  connections.json: e30=\n  bad: '!'\n";
    assert_eq!(manifest(secret), ["env: AIRFLOW_A=b", "connections: {}"]);
    let template = "apiVersion: v1\nkind: ConfigMap\ndata:\n  pod_template.yaml: |\n    apiVersion: v1\n    kind: Pod\n    spec:\n      containers:\n        - env:\n            - name: AIRFLOW_HOME\n              value: '/x''y'\n";
    let carrier = read(template, &surroundings(Path::new("x.yaml")));
    assert_eq!(told(&carrier), ["AIRFLOW_HOME=/x'y"]);
    let [Part::Environment(environment)] = carrier.parts.as_slice() else {
        panic!("one environment");
    };
    let value = environment.variables[0].value.as_ref().unwrap();
    let span = value.span(2..3);
    assert_eq!(&template[span.start..span.end], "''");
    let refers = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: all}\ndata:\n  AIRFLOW_A: b\n  pod.yaml: |\n    apiVersion: v1\n    kind: Pod\n    \
                  spec: {containers: [{envFrom: [{configMapRef: {name: all}}]}]}\n";
    assert_eq!(manifest(refers).len(), 1);
    // A store of the Kubernetes secrets backend.
    let store = "apiVersion: v1\nkind: Secret\nmetadata: {labels: {airflow.apache.org/connection-id: AIRFLOW_A}}\ndata: {AIRFLOW_A: YQ==}\n";
    assert_eq!(manifest(store), [""; 0]);
}

#[test]
fn what_is_no_string_is_refused_as_kubernetes_does() {
    let container = "env:\n- {name: AIRFLOW_A, value: off}\n- {name: AIRFLOW_B, value: 0755}\n- {name: AIRFLOW_C, value: 1e3}\n\
                     - {name: AIRFLOW_D, value: 2026-01-01}\n- {name: AIRFLOW_E, value: 'off'}\n- {name: AIRFLOW_F, value: ~}\n\
                     - {name: AIRFLOW_G, value: {a: b}}\n- {name: AIRFLOW_H, value: {{ .Values.x }}}\n- {name: AIRFLOW_I, value: ''}\n\
                     - {name: AIRFLOW_J}\n- {name: AIRFLOW_K, value: 1.2.3}\n- {name: AIRFLOW_L, value: 0o7}";
    assert_eq!(
        pod("", container),
        [
            "AIRFLOW_A=? AIRFLOW_B=? AIRFLOW_C=? AIRFLOW_D=2026-01-01 AIRFLOW_E=off AIRFLOW_F=? AIRFLOW_G=? AIRFLOW_H=? AIRFLOW_I= \
             AIRFLOW_J=? AIRFLOW_K=1.2.3 AIRFLOW_L=?",
            "NotText(\"a boolean\") AIRFLOW_A",
            "NotText(\"a number\") AIRFLOW_B",
            "NotText(\"a number\") AIRFLOW_C",
            "NotText(\"a mapping\") AIRFLOW_G",
            "NotText(\"a number\") AIRFLOW_L",
        ]
    );
}

#[test]
fn what_somebody_fills_in_is_not_known() {
    let container = "env:\n- {name: AIRFLOW_A, value: 'a{{ .Values.b }}'}\n- {name: AIRFLOW_B, value: 'a${B}c'}\n- {name: AIRFLOW_C, value: 'a${'}\n\
                     - {name: AIRFLOW__LOGGING__LOG_FILENAME_TEMPLATE, value: '{{ ti.dag_id }}'}";
    assert_eq!(
        pod("", container),
        [
            "AIRFLOW_A=? AIRFLOW_B=?a${B}c AIRFLOW_C=a${ AIRFLOW__LOGGING__LOG_FILENAME_TEMPLATE={{ ti.dag_id }}"
        ]
    );
    let template = "apiVersion: v1\nkind: ConfigMap\ndata:\n  {{- if .Values.x }}\n  AIRFLOW_A: b\n  {{- end }}\n";
    let carrier = read(template, &surroundings(Path::new("x.yaml")));
    assert!(carrier.templated && carrier.parts.is_empty());
    assert!(carrier.around.broken.is_some());
}

#[test]
fn kustomize_makes_and_patches_environments() {
    let text = "configMapGenerator:\n- name: env\n  envs: [a.env]\n  literals:\n  - AIRFLOW_A=b=c\n  - 'AIRFLOW_B=\"q\"'\n  - =x\n  - plain\n\
                secretGenerator:\n- name: s\n  literals: [AIRFLOW_C='d', AIRFLOW_D='d, AIRFLOW_E='']\n\
                patches:\n- patch: |-\n    - op: add\n      path: /spec/template/spec/containers/0/env/-\n      value: {name: AIRFLOW_F, value: g}\n\
                - patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    spec: {template: {spec: {containers: [{env: [{name: AIRFLOW_H, value: i}]}]}}}\n";
    assert_eq!(
        of("kustomization.yaml", text),
        [
            "a.env AIRFLOW_A=b=c AIRFLOW_B=q",
            "AIRFLOW_C=d AIRFLOW_D='d AIRFLOW_E=",
            "AIRFLOW_F=g",
            "AIRFLOW_H=i"
        ]
    );
}

#[test]
fn what_kustomize_takes_from_env_files_alone_is_an_environment() {
    let text = "secretGenerator:\n- name: airflow\n  envs: [secret.env]\n- name: other\n  envs: [other.env]\n- name: gone\n  envs: [gone.env]\n";
    assert!(recognise(text, "kustomization.yaml").is_some());
    let around = Surroundings {
        neighbour: &|path| match path.to_str() {
            Some("secret.env") => Some("AIRFLOW_CONN_A=b\n".to_owned()),
            Some("other.env") => Some("A=b\n".to_owned()),
            _ => None,
        },
        ..surroundings(Path::new("kustomization.yaml"))
    };
    assert_eq!(told(&read(text, &around)), ["secret.env"]);
}

#[test]
fn values_of_releases_are_read_as_files_of_values_are() {
    let flux = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  chart: {spec: {chart: airflow}}\n  values:\n    config: {core: {executor: x}}\n    env: [{name: AIRFLOW_A, value: b}]\n";
    assert_eq!(
        manifest(flux),
        ["cfg: [core]\nexecutor = x\n", "AIRFLOW_A=b"]
    );
    let other = flux.replace("chart: airflow", "chart: superset");
    assert_eq!(manifest(&other), [""; 0]);
    let argo = |helm: &str| {
        let helm = helm.replace('\n', "\n      ");
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    chart: airflow\n    helm:\n      {helm}\n"
        )
    };
    let text = argo(
        "values: |\n  extraEnv: |\n    - name: AIRFLOW_A\n      value: 'b'\nparameters:\n- {name: config.secrets.backend, value: a.B}\n- {name: config.core.x, value: '{a}'}\n- {name: executor, value: y}",
    );
    assert_eq!(
        manifest(&text),
        [
            "AIRFLOW_A=b",
            "AIRFLOW__SECRETS__BACKEND=a.B AIRFLOW__CORE__X=?"
        ]
    );
    let carrier = read(&text, &surroundings(Path::new("x.yaml")));
    let Some(Part::Environment(environment)) = carrier.parts.first() else {
        panic!("one environment");
    };
    let span = environment.variables[0].value.as_ref().unwrap().source();
    assert_eq!(&text[span.start..span.end], "b");
    let both = argo(
        "values: |\n  env: [{name: AIRFLOW_A, value: b}]\nvaluesObject:\n  env: [{name: AIRFLOW_C, value: d}]",
    );
    assert_eq!(manifest(&both), ["AIRFLOW_C=d"]);
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec:\n  template:\n    spec:\n      sources:\n      - {path: charts/airflow, helm: {valuesObject: {airflow: {env: [{name: AIRFLOW_A, value: '{{ x }}'}]}}}}\n";
    assert_eq!(manifest(set), ["AIRFLOW_A=?"]);
    for (text, expected) in [
        (flux, true),
        (other.as_str(), true),
        (set, true),
        (text.as_str(), true),
    ] {
        assert_eq!(recognise(text, "x.yaml").is_some(), expected, "{text}");
    }
}

#[test]
fn what_another_program_fills_in_is_no_text_in_clear() {
    let faults = |value: &str| {
        let text = format!("apiVersion: v1\nkind: Secret\ndata:\n  AIRFLOW_CONN_A: \"{value}\"\n");
        let told = manifest(&text).into_iter();
        told.filter(|one| one.starts_with("NotBase64")).count()
    };
    for clear in [
        "postgres://u:p@h/d",
        "google-cloud-platform://",
        "postgresql+psycopg2://u:p@h/d",
        "redis://h:6379/0",
        "db+postgresql://u@h/d",
        "https://key@sentry.example.com/1",
    ] {
        assert_eq!(faults(clear), 1, "{clear}");
    }
    for filled in [
        "ref+vault://secret/airflow#/conn_a",
        "secretref+awsssm://airflow/a",
        "op://vault/airflow/conn",
        "vault://secret/airflow",
        "vault:secret/data/airflow#CONN",
        "awssm://airflow/a",
        "sm://airflow-a",
    ] {
        assert_eq!(faults(filled), 0, "{filled}");
    }
}

#[test]
fn bad_input_ends() {
    let mut bomb = String::from("apiVersion: v1\nkind: List\na: &a0 {name: AIRFLOW_A, value: b}\n");
    for level in 1..40 {
        let below = level - 1;
        bomb.extend([format!(
            "b{level}: &a{level} {{kind: List, items: [*a{below}, *a{below}, *a{below}]}}\n"
        )]);
    }
    bomb.push_str("items: [*a39]\n");
    manifest(&bomb);
    let mut doubled = String::from(
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{env: [{name: V0, value: AIRFLOW_x}",
    );
    for level in 1..60 {
        let below = level - 1;
        doubled.extend([format!(
            ", {{name: V{level}, value: $(V{below})$(V{below})}}"
        )]);
    }
    doubled.push_str("]}]}\n");
    manifest(&doubled);
    let deep = "apiVersion: v1\nkind: Pod\nspec: ".to_owned() + &"[".repeat(10_000);
    assert_eq!(manifest(&deep).len(), 1);
    for text in [
        "apiVersion: v1\nkind: Pod\nspec: &a {containers: [*a], spec: *a}\n",
        "apiVersion: v1\nkind: Pod\nspec:\n\tcontainers: []\n",
        "apiVersion: v1\nkind: Pod\nkind: Pod\nspec: {containers: [{env: [{name: AIRFLOW_A, value: \"x\0\"}]}]}\n",
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{env: [{name: 'AIRFLOW_A, value: x}]}]}\n",
        "apiVersion: v1\nkind: ConfigMap\ndata: {airflow.cfg: \"[core]\\n\u{e4}\0\", ? [a] : b, *x : c}\n",
    ] {
        manifest(text);
    }
}
