//! What each carrier pins, and what it does not.

use std::time::{Duration, Instant};

use super::*;

/// `what demand @ the text of its span`, a line each.
fn told(name: &str, text: &str) -> Vec<String> {
    let carrier = carrier(Path::new(name)).unwrap_or_else(|| panic!("{name} is no carrier"));
    read(carrier, text)
        .iter()
        .map(|pin| {
            let demand = match &pin.demand {
                Demand::Exact(version) if pin.what == What::Python => {
                    format!("{}.{}", version.major, version.minor)
                }
                Demand::Exact(version) => version.to_string(),
                Demand::Range(range) => range.to_string(),
            };
            let place = &text[pin.span.start..pin.span.end];
            format!("{} {demand} ({}: {place})", pin.what, pin.how.words())
        })
        .collect()
}

fn dockerfile(text: &str) -> Vec<String> {
    told("Dockerfile", text)
}

#[test]
fn the_tag_of_a_base_image_says_airflow_and_python() {
    let both = dockerfile("FROM apache/airflow:2.10.4-python3.12\n");
    assert_eq!(
        both,
        [
            "Airflow 2.10.4 (the base image: 2.10.4)",
            "Python 3.12 (the base image: 3.12)"
        ]
    );
    for (image, release) in [
        ("docker.io/apache/airflow:slim-2.9.3", "2.9.3"),
        ("apache/airflow:2.8.1@sha256:0123456789abcdef", "2.8.1"),
        (
            "registry.example.com:5000/mirror/apache/airflow:3.1.0",
            "3.1.0",
        ),
        ("bitnami/airflow:2.9.1-debian-12-r3", "2.9.1"),
        ("public.ecr.aws/bitnami/airflow:2.7.0", "2.7.0"),
        ("${REGISTRY}/mirror/apache/airflow:3.0.2", "3.0.2"),
        ("quay.io/astronomer/ap-airflow:2.3.0-5-onbuild", "2.3.0"),
    ] {
        let told = dockerfile(&format!("FROM --platform=linux/amd64 {image} AS base\n"));
        assert_eq!(
            told,
            [format!("Airflow {release} (the base image: {release})")],
            "{image}"
        );
    }
}

#[test]
fn an_astro_runtime_is_looked_up() {
    let astro = |image: &str| dockerfile(&format!("FROM {image}\n"));
    assert_eq!(
        astro("quay.io/astronomer/astro-runtime:12.1.1"),
        ["Airflow 2.10.2 (the Astro Runtime: 12.1.1)"]
    );
    assert_eq!(
        astro("quay.io/astronomer/astro-runtime:11.7.0-python-3.11-base"),
        [
            "Airflow 2.9.3 (the Astro Runtime: 11.7.0)",
            "Python 3.11 (the Astro Runtime: 3.11)"
        ]
    );
    assert_eq!(
        astro("astrocrpublic.azurecr.io/runtime:3.0-1"),
        ["Airflow 3.0.0 (the Astro Runtime: 3.0-1)"]
    );
    // Of others only the minor release is known.
    assert_eq!(
        astro("images.astronomer.cloud/baseimages/astro-runtime:12.7.0"),
        ["Airflow ==2.10.* (the Astro Runtime: 12.7.0)"]
    );
    assert!(astro("quay.io/astronomer/astro-runtime:99.1.0").is_empty());
    // Another program's.
    assert!(astro("mcr.microsoft.com/dotnet/core/runtime:3.1-alpine").is_empty());
}

#[test]
fn images_that_say_no_release_pin_nothing() {
    for image in [
        "apache/airflow",
        "apache/airflow:latest",
        "apache/airflow:latest-python3.12",
        "apache/airflow:2.10",
        "apache/airflow:2.10.secret4",
        "apache/airflow:2.10.4711",
        "quay.io/astronomer/astro-runtime:12.4711.0",
        "apache/airflow:${AIRFLOW_TAG}",
        "example.com/data/airflow:2.10.4",
        "python:3.12",
        "apache/airflow@sha256:0123",
    ] {
        assert!(dockerfile(&format!("FROM {image}\n")).is_empty(), "{image}");
    }
}

#[test]
fn a_variable_of_the_base_image_is_filled_in_from_its_default() {
    assert_eq!(
        dockerfile(
            "ARG AIRFLOW_VERSION=2.10.4\nARG PY=\"3.11\"\nFROM apache/airflow:${AIRFLOW_VERSION}-python$PY\n"
        ),
        [
            "Airflow 2.10.4 (the base image: 2.10.4)",
            "Python 3.11 (the base image: 3.11)"
        ]
    );
    assert_eq!(
        dockerfile("FROM apache/airflow:${TAG:-2.9.0}\n"),
        ["Airflow 2.9.0 (the base image: 2.9.0)"]
    );
}

#[test]
fn the_last_stage_with_airflow_counts() {
    let text = "FROM apache/airflow:2.8.0 AS old\nFROM apache/airflow:2.9.2 AS main\nFROM main AS final\nRUN true\nFROM node:20 AS assets\n";
    assert_eq!(dockerfile(text), ["Airflow 2.9.2 (the base image: 2.9.2)"]);
}

#[test]
fn pip_install_in_an_image_pins() {
    let text = "FROM python:3.11-slim\nARG AIRFLOW_VERSION=2.7.3\nENV PYTHON_VERSION=3.11\n\
        ARG CONSTRAINT_URL=\"https://raw.githubusercontent.com/apache/airflow/constraints-${AIRFLOW_VERSION}/constraints-${PYTHON_VERSION}.txt\"\n\
        RUN apt-get update && \\\n    # the provider\n    pip install --no-cache-dir \\\n      \"apache-airflow[amazon]==${AIRFLOW_VERSION}\" \\\n      'apache-airflow-providers-amazon>=8.10,<9' --constraint \"${CONSTRAINT_URL}\" ; rm -rf /x\n";
    let told = dockerfile(text);
    assert_eq!(told.len(), 4, "{told:#?}");
    assert!(told[0].starts_with("Airflow 2.7.3 (`pip install`: "));
    assert!(told[1].starts_with("the amazon provider >=8.10, <9 (`pip install`: >=8.10,<9"));
    assert!(told[2].starts_with("Airflow 2.7.3 (the constraints URL: "));
    assert!(told[3].starts_with("Python 3.11 (the constraints URL: "));
    let plain = "FROM python:3.9-slim\nRUN pip install apache-airflow==2.6.3\n";
    assert_eq!(
        dockerfile(plain),
        [
            "Python 3.9 (the base image: python:3.9-slim)",
            "Airflow 2.6.3 (`pip install`: ==2.6.3)"
        ]
    );
    // Not known before the build.
    let unknown = "FROM python:3.9\nRUN V=$(cat v) && pip install apache-airflow==$V\n";
    assert!(dockerfile(unknown).is_empty());
}

#[test]
fn requirements_are_read_as_pip_reads_them() {
    let text = "# apache-airflow==1.10.15\n\
        --constraint \"https://raw.githubusercontent.com/apache/airflow/constraints-2.10.3/constraints-3.11.txt\"\n\
        Apache_Airflow[amazon, celery] == 2.10.3  # the release\n\
        apache-airflow-providers-amazon==9.1.0 \\\n    --hash=sha256:aaaa \\\n    --hash=sha256:bbbb\n\
        apache-airflow-providers-google~=10.26 ; sys_platform == 'linux'\n\
        apache-airflow-providers-snowflake==5.8.0\n\
        apache-airflow-providers-hashicorp\n\
        pandas==2.2.0\n-r other.txt\n";
    assert_eq!(
        told("requirements.txt", text),
        [
            "Airflow 2.10.3 (the constraints URL: 2.10.3)",
            "Python 3.11 (the constraints URL: 3.11)",
            "Airflow 2.10.3 (the requirement: == 2.10.3)",
            "the amazon provider 9.1.0 (the requirement: ==9.1.0)",
            "the google provider ~=10.26 (the requirement: ~=10.26)",
            "the snowflake provider 5.8.0 (the requirement: ==5.8.0)",
        ]
    );
}

#[test]
fn what_a_requirement_leaves_open_is_no_pin() {
    let open = |text: &str| told("requirements.txt", text);
    assert!(open("apache-airflow==${AIRFLOW_VERSION}\n").is_empty());
    assert!(open("apache-airflow=={{ version }}\n").is_empty());
    assert!(open("apache-airflow @ git+https://example.com/airflow.git\n").is_empty());
    assert!(open("apache-airflow==2.10.4+secret\n").is_empty());
    assert!(open("apache-airflow>=2.4711\n").is_empty());
    assert!(open("apache-airflow==2.10.4; sys_platform == 'win32'\n").is_empty());
    let split = "apache-airflow==2.10.4; python_version < '3.10'\napache-airflow==3.0.1; python_version >= '3.10'\n";
    assert!(open(split).is_empty());
    // As `poetry export` writes it: there is no other choice.
    let exported = "apache-airflow==2.10.4 ; python_version >= '3.9' and python_version < '3.13'\n";
    assert_eq!(
        open(exported),
        ["Airflow 2.10.4 (the requirement: ==2.10.4)"]
    );
    let branch = "-c https://raw.githubusercontent.com/apache/airflow/constraints-2-10/constraints-3.12.txt\n";
    assert_eq!(open(branch), ["Python 3.12 (the constraints URL: 3.12)"]);
    let newest = "-chttps://raw.githubusercontent.com/apache/airflow/constraints-main/constraints-no-providers-3.12.txt\n";
    assert_eq!(open(newest), ["Python 3.12 (the constraints URL: 3.12)"]);
}

#[test]
fn pyproject_in_each_of_its_notations() {
    let text = r#"
[project]
requires-python = ">=3.10,<3.13"
dependencies = ["apache-airflow>=2.9,<3", 'apache-airflow-providers-amazon==9.2.0']
[project.optional-dependencies]
gcp = ["apache-airflow-providers-google==12.0.0"]
dev = ["apache-airflow==2.10.4"]
[dependency-groups]
test = ["apache-airflow==2.8.0"]
[tool.poetry.dependencies]
python = "^3.11"
apache-airflow-providers-hashicorp = "4.0.1"
apache-airflow-providers-yandex = { version = "~4.1", extras = ["x"] }
apache-airflow-providers-microsoft-azure = [{ version = "11.0.0", python = "<3.10" }]
"#;
    assert_eq!(
        told("pyproject.toml", text),
        [
            "Python >=3.10, <3.13 (the demand on Python: >=3.10,<3.13)",
            "Airflow >=2.9, <3 (the dependency: >=2.9,<3)",
            "the amazon provider 9.2.0 (the dependency: ==9.2.0)",
            "the google provider 12.0.0 (the dependency: ==12.0.0)",
            "Python >=3.11, <4 (the demand on Python: ^3.11)",
            "the hashicorp provider 4.0.1 (the dependency: 4.0.1)",
            "the yandex provider >=4.1, <4.2 (the dependency: ~4.1)",
        ]
    );
    assert!(told("pyproject.toml", "[project\n").is_empty());
}

#[test]
fn lock_files_say_what_was_chosen() {
    let uv = "version = 1\nrequires-python = \">=3.12\"\n\n[[package]]\nname = \"apache-airflow\"\nversion = \"2.10.4\"\n\n[[package]]\nname = \"apache-airflow-providers-amazon\"\nversion = \"9.2.0\"\n";
    assert_eq!(
        told("uv.lock", uv),
        [
            "Python >=3.12 (the demand on Python: >=3.12)",
            "Airflow 2.10.4 (the lock file's entry: 2.10.4)",
            "the amazon provider 9.2.0 (the lock file's entry: 9.2.0)",
        ]
    );
    let forked = "[[package]]\nname = \"apache-airflow\"\nversion = \"2.10.4\"\n[[package]]\nname = \"apache-airflow\"\nversion = \"3.0.0\"\n";
    assert!(told("uv.lock", forked).is_empty());
    let poetry = "[[package]]\nname = \"apache-airflow\"\nversion = \"2.9.3\"\n[metadata]\npython-versions = \"~3.11\"\n";
    assert_eq!(
        told("poetry.lock", poetry),
        [
            "Airflow 2.9.3 (the lock file's entry: 2.9.3)",
            "Python >=3.11, <3.12 (the demand on Python: ~3.11)",
        ]
    );
    let pipfile = r#"{"_meta": {"requires": {"python_version": "3.11"}},
        "default": {"apache-airflow": {"version": "==2.8.1"}, "pandas": {"version": "==1.0"}},
        "develop": {"apache-airflow-providers-amazon": {"version": "==8.0.0"}}}"#;
    assert_eq!(
        told("Pipfile.lock", pipfile),
        [
            "Python 3.11 (the lock file's entry: 3.11)",
            "Airflow 2.8.1 (the lock file's entry: ==2.8.1)",
        ]
    );
}

#[test]
fn files_of_one_python() {
    assert_eq!(
        told(".python-version", "# here\n3.11.4\n3.9\n"),
        ["Python 3.11 (the Python version: 3.11.4)"]
    );
    assert!(told(".python-version", "airflow-env\n").is_empty());
    assert!(told(".python-version", "3\n").is_empty());
    assert_eq!(
        told("runtime.txt", "python-3.10.2\n"),
        ["Python 3.10 (the Python version: 3.10.2)"]
    );
}

#[test]
fn compose_images_with_their_defaults() {
    let quick = "x-airflow-common:\n  &airflow-common\n  image: ${AIRFLOW_IMAGE_NAME:-apache/airflow:2.10.4}\n  # image: apache/airflow:1.10.0\nservices:\n  db:\n    image: postgres:13\n";
    assert_eq!(
        told("docker-compose.yaml", quick),
        ["Airflow 2.10.4 (the image: 2.10.4)"]
    );
    let pins = read(Carrier::Compose, quick);
    assert_eq!(pins[0].unless.as_deref(), Some("AIRFLOW_IMAGE_NAME"));
    let two = "services:\n  a:\n    image: apache/airflow:2.9.0\n  b:\n    image: \"apache/airflow:2.8.0\"\n";
    assert!(told("compose.yml", two).is_empty());
    let same = "services:\n  a:\n    image: &i 'apache/airflow:2.9.0-python3.11'\n  b:\n    image: apache/airflow:2.9.0-python3.11\n";
    assert_eq!(
        told("compose.yml", same),
        [
            "Airflow 2.9.0 (the image: 2.9.0)",
            "Python 3.11 (the image: 3.11)"
        ]
    );
    assert!(
        told(
            "compose.yml",
            "services:\n  a:\n    image: apache/airflow:${TAG}\n"
        )
        .is_empty()
    );
    let flow = "services: {a: {image: 'apache/airflow:2.9.0', command: scheduler}}\n";
    assert_eq!(
        told("compose.yml", flow),
        ["Airflow 2.9.0 (the image: 2.9.0)"]
    );
    // A default that is no whole image, and a text that is no YAML.
    let piece = "services:\n  a:\n    image: apache/airflow:2.${MINOR:-9.0}\n";
    assert_eq!(
        told("compose.yml", piece),
        ["Airflow 2.9.0 (the image: ${MINOR)"]
    );
    let broken = "services:\n  a:\n    image: apache/airflow:2.9.0\n {{ rest }}: }\n";
    assert_eq!(
        told("compose.yml", broken),
        ["Airflow 2.9.0 (the image: 2.9.0)"]
    );
}

/// What a manifest or a task definition pins.
fn containers(text: &str) -> Vec<String> {
    let pins = read(Carrier::Containers, text);
    let one = |pin: &Pin| format!("{} {:?}", pin.what, pin.demand.exact().unwrap());
    pins.iter().map(one).collect()
}

#[test]
fn manifests_and_task_definitions_with_one_release_for_all_containers() {
    let pod = "kind: Pod\nspec:\n  containers:\n  - {name: a, image: apache/airflow:2.7.3}\n  - name: b\n    image: busybox:1\n";
    let json = r#"{"containerDefinitions": [{"name": "w", "image": "apache/airflow:2.7.3"}]}"#;
    for text in [pod, json] {
        let told = containers(text);
        assert_eq!(told.len(), 1, "{text}");
        assert!(told[0].starts_with("Airflow"), "{told:?}");
    }
    let other = "---\nkind: Pod\nspec:\n  containers:\n  - image: apache/airflow:2.8.0\n";
    assert!(containers(&format!("{pod}{other}")).is_empty());
    // Nothing is replaced in them.
    let open = "kind: Pod\nspec:\n  containers:\n  - image: ${IMAGE:-apache/airflow:2.8.0}\n";
    assert!(containers(open).is_empty());
}

#[test]
fn helm_values_by_what_wins_in_the_chart() {
    let values = |text: &str| told("values.yaml", text);
    let all = "airflowVersion: \"2.8.1\"\ndefaultAirflowTag: 2.8.1-python3.11\nimages:\n  airflow:\n    repository: apache/airflow\n    tag: 2.9.3 # newer\n  pod_template:\n    tag: ~\n";
    assert_eq!(values(all), ["Airflow 2.9.3 (the Helm values: 2.9.3)"]);
    let flow = "airflow:\n  image: {repository: apache/airflow, tag: \"2.8.4-python3.11\"}\n";
    assert_eq!(
        values(flow),
        [
            "Airflow 2.8.4 (the Helm values: 2.8.4)",
            "Python 3.11 (the Helm values: 3.11)"
        ]
    );
    let own = "images: {airflow: {tag: 2.8.4}}\nother: {tag: 2.7.0}\n";
    assert_eq!(values(own), ["Airflow 2.8.4 (the Helm values: 2.8.4)"]);
    let both = "a:\n  repository: apache/airflow\n  tag: 2.8.1\nb: {repository: apache/airflow, tag: 2.8.2}\n";
    assert!(values(both).is_empty());
    let default = "airflowVersion: 2.8.1\ndefaultAirflowTag: \"2.8.2-python3.11\"\nimages:\n  airflow:\n    repository: ~\n    tag: ~\n";
    assert_eq!(
        values(default),
        [
            "Airflow 2.8.2 (the Helm values: 2.8.2)",
            "Python 3.11 (the Helm values: 3.11)"
        ]
    );
    let own = "airflowVersion: 2.8.1\nimages:\n  airflow:\n    repository: example.com/our-airflow\n    tag: 1.0.7\n";
    assert_eq!(values(own), ["Airflow 2.8.1 (the Helm values: 2.8.1)"]);
    assert!(values("airflowVersion: {{ .Values.v }}\nredis:\n  image:\n    repository: redis\n    tag: 7.2.4\n").is_empty());
    let community =
        "airflow:\n  image:\n    repository: apache/airflow\n    tag: 2.8.4-python3.9\n";
    assert_eq!(
        values(community),
        [
            "Airflow 2.8.4 (the Helm values: 2.8.4)",
            "Python 3.9 (the Helm values: 3.9)"
        ]
    );
}

#[test]
fn managed_environments() {
    let terraform = "resource \"aws_mwaa_environment\" \"this\" {\n  airflow_version = \"2.10.3\"\n  name = \"x\"\n}\n";
    assert_eq!(
        told("mwaa.tf", terraform),
        ["Airflow 2.10.3 (the managed environment: 2.10.3)"]
    );
    assert!(told("mwaa.tf", "airflow_version = var.airflow_version\n").is_empty());
    let two = |first: &str, second: &str| {
        let one = |version: &str| {
            format!(
                "resource \"aws_mwaa_environment\" \"a{version}\" {{\n  airflow_version = \"{version}\"\n}}\n"
            )
        };
        told("mwaa.tf", &(one(first) + &one(second)))
    };
    assert!(two("2.8.1", "2.9.2").is_empty());
    assert_eq!(two("2.8.1", "2.8.1").len(), 1);
    for other in [
        "# airflow_version = \"2.8.1\"\n",
        "resource \"x\" \"aws_mwaa_environment\" {\n  airflow_version = \"2.8.1\"\n}\n",
        "resource \"aws_mwaa_environment\" \"a\" {\n  tags = {\n    airflow_version = \"2.8.1\"\n  }\n}\n",
        "resource \"aws_mwaa_environment\" \"a\" {\n  airflow_version = \"${var.major}.8.1\"\n}\n",
    ] {
        assert!(told("mwaa.tf", other).is_empty(), "{other}");
    }
    let composer = ["Airflow 2.9.3 (the managed environment: 2.9.3)"];
    let image = "image_version = \"composer-${local.composer}-airflow-2.9.3\"";
    let blocks = format!(
        "resource \"google_composer_environment\" \"a\" {{\n  config {{\n    software_config {{\n      {image}\n    }}\n  }}\n}}\nlocals {{\n  composer = \"2.9.7\"\n}}\n"
    );
    assert_eq!(told("main.tf", &blocks), composer);
    let json = r#"{"resource": {"google_composer_environment": {"a": {"config": [{"software_config": {"image_version": "composer-2.9.7-airflow-2.9.3-build.1"}}]}}}}"#;
    assert_eq!(told("main.tf.json", json), composer);
    let module = "module \"mwaa\" {\n  source = \"aws-ia/mwaa/aws\"\n  airflow_version = local.v\n}\nlocals {\n  v = \"2.10.3\"\n}\n";
    let mwaa = ["Airflow 2.10.3 (the managed environment: 2.10.3)"];
    assert_eq!(told("main.tf", module), mwaa);
    assert_eq!(
        told(
            "template.yaml",
            "Resources:\n  Env:\n    Type: AWS::MWAA::Environment\n    Properties:\n      AirflowVersion: '2.10.3'\n"
        ),
        mwaa
    );
    let json = r#"{"Resources": {"Env": {"Type": "AWS::MWAA::Environment", "Properties": {"AirflowVersion": "2.10.3"}}}}"#;
    assert_eq!(told("stack.template.json", json), mwaa);
    for other in [
        "Resources:\n  Env:\n    Type: AWS::Other\n    Properties:\n      AirflowVersion: 2.10.3\n",
        "Resources:\n  Env:\n    Type: AWS::MWAA::Environment\n    Properties:\n      AirflowVersion: !Ref Version\n",
        "Parameters:\n  AirflowVersion:\n    Default: 2.10.3\n",
    ] {
        assert!(told("template.yaml", other).is_empty(), "{other}");
    }
    for (name, state) in [
        (
            "plan.json",
            r#"{"prior_state": {"values": {"root_module": {"resources": [{"type": "aws_mwaa_environment", "values": {"airflow_version": "2.8.1"}}]}}}, "planned_values": {"root_module": {"child_modules": [{"resources": [{"type": "aws_mwaa_environment", "values": {"airflow_version": "2.10.3"}}]}]}}}"#,
        ),
        (
            "terraform.tfstate",
            r#"{"resources": [{"type": "other", "instances": [{"attributes": {"airflow_version": "2.8.1"}}]}, {"type": "aws_mwaa_environment", "instances": [{"attributes": {"airflow_version": "2.10.3"}}]}]}"#,
        ),
        (
            "tfstate.json",
            r#"{"values": {"root_module": {"resources": [{"type": "google_composer_environment", "values": {"config": [{"software_config": [{"image_version": "composer-2.9.7-airflow-2.10.3"}]}]}}]}}}"#,
        ),
    ] {
        assert_eq!(told(name, state), mwaa, "{name}");
    }
    assert!(told("template.yaml", "      AirflowVersion: !Ref Version\n").is_empty());
}

#[test]
fn carriers_are_known_by_their_names() {
    for name in [
        "Dockerfile",
        "airflow.dockerfile",
        "Dockerfile.worker",
        "requirements.txt",
        "requirements-airflow.txt",
        "requirements/base.txt",
        "constraints-3.12.txt",
        "values-prod.yaml",
        "airflow-values.yaml",
        "docker-compose.yml",
        "compose.prod.yaml",
        "airflow-docker-compose.yml",
        "mwaa.tf",
        ".python-version",
    ] {
        assert!(carrier(Path::new(name)).is_some(), "{name}");
    }
    for name in [
        "requirements-dev.txt",
        "dev-requirements.txt",
        "requirements/test.txt",
        "Dockerfile.test",
        "docker-compose.local.yml",
        "values.template.yaml",
        "requirements.md",
        "notes.txt",
        "values.json",
        "airflow.cfg",
        ".env",
        "Dockerfile.dockerignore",
        "composer.yaml",
        "deployment.yaml",
    ] {
        assert!(carrier(Path::new(name)).is_none(), "{name}");
    }
    assert!(is_plain(Path::new("x/Dockerfile")) && is_plain(Path::new("docker-compose.yaml")));
    assert!(!is_plain(Path::new("Dockerfile.worker")) && !is_plain(Path::new("values-prod.yaml")));
}

/// Pieces that the carriers are made of.
const PIECES: &[&str] = &[
    "FROM ",
    "apache/airflow:2.10.4",
    "-python3.12",
    "ARG V=",
    "RUN pip install ",
    "apache-airflow",
    "[é]",
    "==2.10.4",
    ">=2",
    " ; python_version < '3.9'",
    "-c ",
    "/constraints-2.10.4/constraints-3.12.txt",
    "${V:-",
    "}",
    "$",
    "\\\n",
    "\n",
    " ",
    "\"",
    "'",
    "#",
    "é",
    "image: ",
    "tag: ",
    "repository: ",
    "images:\n  ",
    "airflowVersion: ",
    "airflow_version = ",
    "image_version = \"composer-2-airflow-",
    "[project]\n",
    "dependencies = [",
    "]",
    "[[package]]\nname = ",
    "version = ",
    "{",
    ":",
    "&a ",
    "<<EOF\n",
    "EOF\n",
    "3.11",
    "@",
    "quay.io/astronomer/astro-runtime:",
    "12.1.1",
    "^",
    "~",
    ",",
];

proptest::proptest! {
    #[test]
    fn no_text_breaks_a_carrier_and_every_span_is_one_of_the_text(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..40),
    ) {
        let text = pieces.concat();
        for carrier in [
            Carrier::Dockerfile, Carrier::Requirements, Carrier::Constraints, Carrier::Pyproject, Carrier::UvLock,
            Carrier::PoetryLock, Carrier::PipfileLock, Carrier::PythonVersion, Carrier::Runtime, Carrier::Values,
            Carrier::Compose, Carrier::Terraform, Carrier::TerraformJson, Carrier::TerraformState,
            Carrier::CloudFormation, Carrier::Containers,
        ] {
            for pin in read(carrier, &text) {
                for span in pin.shown.iter().chain([&pin.span]) {
                    proptest::prop_assert!(text.get(span.start..span.end).is_some(), "{carrier:?} {span:?}");
                }
            }
        }
    }
}

#[test]
fn the_tag_of_a_chart_stands_beside_or_above_its_repository() {
    let told = |text: &str| told("values.yaml", text).concat();
    let one = "Airflow 2.8.1 (the Helm values: 2.8.1)";
    for text in [
        "a:\n  repository: apache/airflow\n  b:\n    tag: 1\n  tag: 2.8.1\n",
        "a:\n  tag: 2.8.1\n  b:\n    repository: x\n  repository: apache/airflow\n  repository: x\n",
        "a:\n  repository: x\n  repository: apache/airflow\n  tag: 2.8.1\n  repository: x\n",
        "images:\n  a:\n    tag: 1\n  airflow:\n    tag: 2.8.1\n",
        "images:\n  airflow:\n    repository:\n    tag: 2.8.1\n",
        "x: [{repository: apache/airflow, tag: 2.8.1}]\n",
        // As the chart's own values have it.
        "images:\n  airflow:\n    repository: ~\n    tag: 2.8.1\n    digest: ~\n  pod_template:\n    repository: ~\n    tag: ~\n",
        "images:\n  airflow:\n    tag: 2.8.1\n    repository: null\n",
        "images:\n  airflow: {repository: ~, tag: 2.8.1}\n",
    ] {
        assert_eq!(told(text), one, "{text}");
    }
    for text in [
        "a:\n  repository: apache/airflow\nb:\n  tag: 2.8.1\n",
        "a:\n  repository: apache/airflow\n  b:\n    tag: 2.8.1\n",
        "images:\n  airflow:\n    a:\n      tag: 2.8.1\n",
        "a:\n  images:\n    airflow:\n      tag: 2.8.1\n",
        "a:\n  repository: apache/airflow\n  tag: 2.8.1\n  tag: 2.8.2\n",
    ] {
        assert_eq!(told(text), "", "{text}");
    }
}

#[test]
fn values_of_a_chart_take_a_time_in_proportion_to_their_length() {
    let head = "airflowVersion: 2.8.1\nexecutor: CeleryExecutor\n";
    let in_brackets = "{repository: apache/airflow, tag: \"2.8.1\"},".repeat(8_000);
    for rest in [
        format!("x: {}\n", "tag ".repeat(100_000)),
        format!("y: {}\n", "tag:".repeat(100_000)),
        format!("z: [{in_brackets}]\n"),
        "tag: 1\n".repeat(60_000),
        format!("a:\n{}", " tag: 1\n  b: 2\n".repeat(30_000)),
    ] {
        let text = format!("{head}{rest}");
        let started = Instant::now();
        read(Carrier::Values, &text);
        let shown = &rest[..12];
        assert!(started.elapsed() < Duration::from_secs(4), "{shown}");
    }
}
