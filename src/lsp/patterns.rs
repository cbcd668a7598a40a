//! Which files the server is to be told of, as glob patterns: clients watch these, and the extension in
//! `editors/vscode` hands these to it.

/// The patterns, without order. What such a file is, its content says.
pub const GLOBS: &[&str] = &[
    "**/airvane.toml",
    "**/pyproject.toml",
    "**/airflow.cfg.*",
    "**/*.{cfg,ini}",
    "**/.env*",
    "**/*.env",
    "**/{env,*.env}.{dist,example,sample,template,tmpl,tpl}",
    "**/*.{json,jsonl,ndjson,yaml,yml,template}",
    "**/*.{tf,tofu,tfvars,hcl,tfstate}",
    "**/{Dockerfile,dockerfile,Containerfile}*",
    "**/*.{dockerfile,Dockerfile}",
    "**/*compose.*",
    "**/Kustomization",
    "**/*.{sh,bash,service,conf}",
    "**/dags/**/*.py",
    "**/*{requirements,constraints}*.{txt,in}",
    "**/requirements/*.{txt,in}",
    "**/{uv.lock,poetry.lock,Pipfile.lock,.python-version,runtime.txt}",
];
