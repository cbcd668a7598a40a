use std::path::Path;

use super::recognise;
use crate::inputs::carrier::{Carrier, Part};
use crate::source::Text;

/// A text with what is not known of it between `‹` and `›`; `?` where nothing is.
fn shown(text: Option<&Text>) -> String {
    let Some(text) = text else {
        return "?".to_owned();
    };
    let mut shown = String::new();
    let mut was_known = true;
    for (at, c) in text.expose().char_indices() {
        let is_known = text.is_known_in(at..at + c.len_utf8());
        if was_known != is_known {
            shown.push(if is_known { '›' } else { '‹' });
        }
        was_known = is_known;
        shown.push(c);
    }
    if !was_known {
        shown.push('›');
    }
    shown
}

fn told(carrier: &Carrier) -> Vec<String> {
    let parts = carrier.parts.iter().map(|part| match part {
        Part::Added { .. } | Part::Scattered { .. } => unreachable!(),
        Part::Environment(environment) => {
            let variables = environment.variables.iter();
            let each =
                variables.map(|one| format!("{}={}", one.name.expose(), shown(one.value.as_ref())));
            format!("env {}", each.collect::<Vec<_>>().join(" "))
        }
        Part::File { kind, .. } => kind.word().to_owned(),
        Part::Store { kind, secrets } => {
            let each = secrets.iter().map(|one| {
                let name = shown(Some(&one.name));
                let kind = one.parameter_type.as_ref().map_or("", Text::expose);
                format!("{name}={}:{kind}", shown(one.value.as_ref()))
            });
            format!("{} {}", kind.word(), each.collect::<Vec<_>>().join(" "))
        }
    });
    parts.collect()
}

fn read(text: &str) -> Carrier {
    super::read(text, Path::new("stack.template"))
}

#[test]
fn json_that_is_yaml_in_brackets_is_broken_where_the_name_says_json() {
    let text = "{\"Resources\": {\"A\": {\"Type\": \"AWS::SSM::Parameter\", \"Properties\": {\"Name\": \"/a\", \
                \"Type\": \"String\", \"Value\": \"v\",}}}}\n";
    for (name, language) in [
        ("template.json", Some("JSON")),
        ("template.json.j2", Some("JSON")),
        ("template.yaml", None),
        ("stack.template", None),
    ] {
        let carrier = super::read(text, Path::new(name));
        assert_eq!(told(&carrier), ["ssm /a=v:String"], "{name}");
        let broken = carrier.around.broken.map(|broken| broken.language);
        assert_eq!(broken, language, "{name}");
    }
}

#[test]
fn what_a_template_of_another_program_fills_in_is_not_known() {
    let text = |name: &str, value: &str| {
        format!(
            "{{\"Resources\": {{\"A\": {{\"Type\": \"AWS::SSM::Parameter\", \"Properties\": {{\"Name\": \"{name}\", \
             \"Type\": \"String\", \"Value\": {value}}}}}}}}}\n"
        )
    };
    let read = |name: &str, text: &str| super::read(text, Path::new(name));
    let whole = text("/a", "\"x${b}\"");
    let carrier = read("stack.json.tftpl", &whole);
    assert_eq!(told(&carrier), ["ssm /a=‹x${b}›:String"]);
    assert!(carrier.templated);
    // As it stands this is the stack's own text.
    let carrier = read("stack.json", &whole);
    assert_eq!(told(&carrier), ["ssm /a=x${b}:String"]);
    assert!(!carrier.templated);
    // No name that the store refuses, and no mistake of JSON.
    assert_eq!(told(&read("a.json.tpl", &text("/${n}", "\"x\""))), [""; 0]);
    for (name, value) in [
        ("a.json.tftpl", "${jsonencode(b)}"),
        ("a.json.erb", "<%= b %>"),
    ] {
        assert!(read(name, &text("/a", value)).templated, "{name}");
    }
}

/// A template in YAML with one resource.
fn of(kind: &str, properties: &str) -> Vec<String> {
    let lines = properties.lines().map(|line| format!("      {line}\n"));
    let indented = lines.collect::<Vec<_>>().concat();
    let text = format!("Resources:\n  It:\n    Type: {kind}\n    Properties:\n{indented}");
    let carrier = read(&text);
    assert!(carrier.around.broken.is_none(), "{text}");
    told(&carrier)
}

#[test]
fn templates_are_known_in_both_languages() {
    let version = Some("`AWSTemplateFormatVersion`");
    let resources = Some("resources of CloudFormation");
    for (text, because) in [
        ("AWSTemplateFormatVersion: 2010-09-09\n", version),
        (
            "# x\nTransform: AWS::Serverless-2016-10-31\nResources:\n  A:\n    Type: 'AWS::SSM::Parameter'\n",
            resources,
        ),
        (
            "{\"Resources\": {\"A\": {\"Type\": \"AWS::SSM::Parameter\", \"Prop",
            resources,
        ),
        (
            "\u{feff}{\"AWSTemplateFormatVersion\": \"2010-09-09\"}",
            version,
        ),
        (
            "{\"StagesAvailable\": [], \"TemplateBody\": {\"AWSTemplateFormatVersion\": \"2010-09-09\"}}",
            version,
        ),
        ("Resources:\n  requests:\n    cpu: 1\n", None),
        ("kind: x\nspec:\n  AWSTemplateFormatVersion: x\n", None),
        (
            "{\"Resources\": \"AWS::SSM::Parameter\", \"x\": \"AWS::\"}",
            None,
        ),
        ("{\"a\": {\"AWSTemplateFormatVersion\": 1}}", None),
        ("", None),
    ] {
        assert_eq!(recognise(text), because, "{text}");
    }
}

#[test]
fn parameters_and_secrets_are_entries_of_their_stores() {
    let text = r#"{"Description": "x", "Resources": {
        "A": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/a", "Type": "String", "Value": "v\"w"}},
        "N": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "no name"}},
        "B": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "b", "SecretString": "x"}},
        "C": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "c", "GenerateSecretString": {"PasswordLength": 9}}},
        "D": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/a", "Type": "String", "Value": "again"}, "Condition": "X"},
        "Fn::ForEach::X": [],
        "Q": {"Type": "AWS::SQS::Queue"}}}"#;
    assert_eq!(
        told(&read(text)),
        ["ssm /a=v\"w:String", "secretsmanager b=x: c=?:"]
    );
}

#[test]
fn what_a_function_gives_is_not_known_and_what_stands_around_it_is() {
    let parameter = |value: &str| {
        let properties = format!("Name: /a\nType: String\nValue: {value}");
        let told = of("AWS::SSM::Parameter", &properties).remove(0);
        let value = told.strip_prefix("ssm /a=").unwrap();
        value.strip_suffix(":String").unwrap().to_owned()
    };
    for (value, expected) in [
        ("plain", "plain"),
        ("5432", "5432"),
        ("0123", "?"),
        ("1.10", "?"),
        ("true", "true"),
        ("yes", "?"),
        ("2010-09-09", "?"),
        ("'yes'", "yes"),
        ("!Ref X", "?"),
        ("{Ref: X}", "?"),
        ("!GetAtt A.B", "?"),
        ("!If [A, b, c]", "?"),
        ("!Sub 'a-${X}-b'", "a-‹${X}›-b"),
        ("!Sub '${!X}'", "${X}"),
        ("!Sub 'a${X'", "a‹${X›"),
        ("!Sub ['a${X}', {X: !Ref Y}]", "a‹${X}›"),
        ("{'Fn::Sub': 'a${AWS::Region}'}", "a‹${AWS::Region}›"),
        ("!Join ['', [a, !Ref X, b]]", "a‹unknown›b"),
        (
            "!Join ['-', [a, !Sub 'b${X}', !Join ['', [c, d]]]]",
            "a-b‹${X}›-cd",
        ),
        ("!Join ['-', !Ref List]", "?"),
        ("!Join [!Ref X, [a]]", "?"),
        ("'{{resolve:ssm:/x:1}}'", "‹{{resolve:ssm:/x:1}}›"),
        (
            "!Sub 'x{{resolve:secretsmanager:${A}}}'",
            "x‹{{resolve:secretsmanager:${A}}›}",
        ),
        ("'Fn::ToJsonString: x'", "Fn::ToJsonString: x"),
        (
            "{'Fn::ToJsonString': {conn_type: http, port: 1}}",
            "{\"conn_type\":\"http\",\"port\":1}",
        ),
        ("{'Fn::ToJsonString': {host: !Ref X}}", "?"),
        ("{'Fn::ToJsonString': {host: {Ref: X}}}", "?"),
    ] {
        assert_eq!(parameter(value), expected, "{value}");
    }
}

#[test]
fn options_of_mwaa_and_containers_of_ecs_are_environments() {
    let options = "AirflowVersion: 2.10.3\nAirflowConfigurationOptions:\n  secrets.backend: a.B\n  secrets.backend_kwargs: !Sub '{\"role_arn\": \"${R}\"}'\n  core.x: !Ref AWS::NoValue\n  nothing: 1\n";
    assert_eq!(
        of("AWS::MWAA::Environment", options),
        [
            "env AWS_DEFAULT_REGION=? AIRFLOW__SECRETS__BACKEND=a.B AIRFLOW__SECRETS__BACKEND_KWARGS={\"role_arn\": \"‹${R}›\"}"
        ]
    );
    let containers = "ContainerDefinitions:\n  - Name: proxy\n    Environment: [{Name: A, Value: b}]\n  - Name: web\n    Environment:\n      - Name: AIRFLOW__CORE__X\n        Value: &v |\n          1\n      - !If [A, {Name: B, Value: c}, !Ref AWS::NoValue]\n      - {Name: AIRFLOW__CORE__Y, Value: !Ref AWS::NoValue}\n      - {Name: !Sub 'AIRFLOW_${X}', Value: z}\n      - Name: AIRFLOW__CORE__Z\n        Value: *v\n    Secrets:\n      - Name: AIRFLOW_CONN_A\n        ValueFrom: !Ref S\n";
    assert_eq!(
        of("AWS::ECS::TaskDefinition", containers),
        ["env AIRFLOW__CORE__X=1\n B=? AIRFLOW__CORE__Z=1\n AIRFLOW_CONN_A=?"]
    );
}

#[test]
fn what_stands_before_a_fault_is_read() {
    let head = "{\"Resources\": {\"A\": {\"Type\": \"AWS::SSM::Parameter\", \"Properties\": {\"Name\": \"/a\", \"Type\": \"String\", \"Value\": \"v\"}}";
    for (rest, message) in [
        (
            ", \"B\": {\"Type\": \"AWS",
            "it ends in the middle of a value",
        ),
        (",}", "Expecting property name enclosed in double quotes"),
        (
            ", \u{0}",
            "Expecting property name enclosed in double quotes",
        ),
        (
            &format!(", \"x\": {}", "[".repeat(20_000)),
            "it is nested too deeply",
        ),
    ] {
        let carrier = read(&format!("{head}{rest}"));
        assert_eq!(told(&carrier), ["ssm /a=v:String"], "{message}");
        assert_eq!(carrier.around.broken.unwrap().message, message);
    }
    let head = "Resources:\n  A:\n    Type: AWS::SSM::Parameter\n    Properties:\n      Name: /a\n      Type: String\n      Value: v\n";
    for rest in ["  B:\n    x: [\n", "  B: 1\n\t- x\n", "  B: \"x\n"] {
        let carrier = read(&format!("{head}{rest}"));
        assert_eq!(told(&carrier), ["ssm /a=v:String"], "{rest}");
        assert_eq!(carrier.around.broken.unwrap().language, "YAML");
    }
}

#[test]
fn aliases_and_functions_without_end_exhaust_nothing() {
    let lines = (1..30).map(|n| format!("x{n}: &a{n} [*a{0}, *a{0}]\n", n - 1));
    let bomb = lines.collect::<Vec<_>>().concat();
    let value = "!Join ['', [".repeat(150);
    let text = format!(
        "x0: &a0 [x]\n{bomb}Resources:\n  A: &r\n    Type: AWS::SSM::Parameter\n    Properties:\n      Name: /a\n      Value: !Join ['', *a29]\n  B: *r\n  C: {{Type: AWS::MWAA::Environment, Properties: {{AirflowConfigurationOptions: &o {{core.x: *a29, core.y: *o}}}}}}\n  D:\n    Type: AWS::SSM::Parameter\n    Properties: {{Name: /d, Value: {value}{}}}\n",
        "]]".repeat(150)
    );
    let carrier = read(&text);
    assert_eq!(
        told(&carrier),
        [
            "env AWS_DEFAULT_REGION=? AIRFLOW__CORE__X=? AIRFLOW__CORE__Y=?",
            "ssm /a=‹unknownunknown›: /d=‹unknown›:"
        ]
    );
}

#[test]
fn what_conditions_choose_is_an_alternative_or_unknown() {
    let options = "AirflowConfigurationOptions: !If\n  - Prod\n  - secrets.backend: a.B\n  - !If [Test, {secrets.backend: b.C}, !Ref AWS::NoValue]\n";
    assert_eq!(
        of("AWS::MWAA::Environment", options),
        [
            "env AWS_DEFAULT_REGION=? AIRFLOW__SECRETS__BACKEND=a.B",
            "env AWS_DEFAULT_REGION=? AIRFLOW__SECRETS__BACKEND=b.C"
        ]
    );
    let included =
        "AirflowConfigurationOptions:\n  core.x: 1\n  Fn::Transform: {Name: AWS::Include}\n";
    let told = of("AWS::MWAA::Environment", included);
    assert!(
        told[0].contains("AIRFLOW__SECRETS__BACKEND=‹{Name: AWS::Include}›"),
        "{told:?}"
    );
    let containers = "ContainerDefinitions:\n  - Environment:\n      - !If [A, {Name: AIRFLOW__SECRETS__BACKEND, Value: a.B}, !Ref AWS::NoValue]\n      - {Name: AIRFLOW__CORE__X, Value: '1'}\n";
    assert_eq!(
        of("AWS::ECS::TaskDefinition", containers),
        ["env AIRFLOW__SECRETS__BACKEND=? AIRFLOW__CORE__X=1"]
    );
    let mapped = "ContainerDefinitions:\n  - !If\n    - A\n    - Environment:\n        - {Name: AIRFLOW__CORE__X, Value: '1'}\n        - !FindInMap [A, B, C]\n    - !Ref AWS::NoValue\n";
    let told = of("AWS::ECS::TaskDefinition", mapped);
    assert!(told[0].contains("AIRFLOW__SECRETS__BACKEND=‹"), "{told:?}");
}
