//! Which files the server is to be told of, as glob patterns: clients watch these, and the extensions in
//! `editors/` hand these to it.

/// The patterns, without order. What such a file is is found out by its content.
pub const GLOBS: &[&str] = &[
    "**/airvane.toml",
    "**/pyproject.toml",
    "**/airflow.cfg.*",
    "**/*.{cfg,ini}",
    "**/.env",
    "**/.env.*",
    "**/*.env",
    "**/*.{json,jsonl,ndjson,yaml,yml,template}",
    "**/*.{tf,tofu,tfvars,tfstate}",
    "**/{Dockerfile,Containerfile}",
    "**/{Dockerfile,Containerfile}.*",
    "**/*.{dockerfile,Dockerfile}",
    "**/Kustomization",
    "**/*.{sh,bash,service,conf}",
    "**/dags/**/*.py",
    "**/*requirements*.{txt,in}",
    "**/*constraints*.txt",
    "**/{uv.lock,poetry.lock,Pipfile.lock,.python-version,runtime.txt}",
];
