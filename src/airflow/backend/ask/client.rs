//! What certainly fails when the AWS backends make their client, in the first lookup:
//! `boto3.Session` and `Session.client` up to amazon 5.0.0, `AwsConnectionWrapper` and
//! `BaseSessionFactory` in front of them since 5.1.0.
//!
//! What depends on the machine (a profile that may exist, a role that may be assumed, a region from
//! the environment) is taken to work.

use super::request::is_request_member;
use super::{Ask, AskCause, AskFault, Lookup, Unsure, Way};
use crate::airflow::backend::attribute::Attribute;
use crate::airflow::backend::data;
use crate::airflow::backend::{Kwarg, KwargValue};
use crate::airflow::python::urlsplit;
use crate::airflow::{Python, Version};
use crate::aws::arn;
use crate::aws::region::{self, Fault};
use crate::source::Text;
use crate::syntax::json::{self, Kind};

/// First release that reads the keyword arguments as the Extra of an AWS connection.
const CONNECTION_EXTRA: Version = Version::new(5, 1, 0);
/// First release without the older spellings of that Extra.
const NO_OLD_SPELLINGS: Version = Version::new(9, 0, 0);
/// First release that looks for the endpoint of STS in `service_config`.
const SERVICE_CONFIG: Version = Version::new(8, 8, 0);
/// First release with the federation `file`.
const FEDERATION_FILE: Version = Version::new(7, 3, 0);

/// `Config.OPTION_DEFAULTS` of botocore 1.44.5.
pub(crate) const CONFIG_OPTIONS: [&str; 30] = [
    "account_id_endpoint_mode",
    "auth_scheme_preference",
    "client_cert",
    "client_context_params",
    "connect_timeout",
    "defaults_mode",
    "disable_request_compression",
    "endpoint_discovery_enabled",
    "ignore_configured_endpoint_urls",
    "inject_host_prefix",
    "max_pool_connections",
    "parameter_validation",
    "proxies",
    "proxies_config",
    "read_timeout",
    "region_name",
    "request_checksum_calculation",
    "request_min_compression_size_bytes",
    "response_checksum_validation",
    "retries",
    "s3",
    "s3_disable_express_session_auth",
    "sigv4a_signing_region_set",
    "signature_version",
    "tcp_keepalive",
    "use_dualstack_endpoint",
    "use_fips_endpoint",
    "user_agent",
    "user_agent_appid",
    "user_agent_extra",
];
/// `Config._validate_retry_configuration`.
pub(crate) const RETRIES: [&str; 3] = ["max_attempts", "mode", "total_max_attempts"];
/// The same, of `mode`.
pub(crate) const RETRY_MODES: [&str; 3] = ["adaptive", "legacy", "standard"];
/// The one version that botocore ships of each API.
pub(crate) const fn api_version(ssm: bool) -> &'static str {
    if ssm { "2014-11-06" } else { "2017-10-17" }
}

/// What `Session.client` took with amazon 1.0.0 to 5.0.0, beside `service_name`.
const CLIENT: [&str; 8] = [
    "region_name",
    "api_version",
    "use_ssl",
    "verify",
    "endpoint_url",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
];

/// The keyword arguments as the client gets them.
struct Settings<'l, 'b> {
    kwargs: Vec<&'l Kwarg<'b>>,
    amazon: Version,
    ssm: bool,
}

/// The first thing that certainly fails.
pub(super) fn fault(lookup: &Lookup<'_, '_, '_>) -> Way<()> {
    let declared = lookup.built.options.iter();
    let declared = declared.filter(|own| own.name == "profile_name");
    let declared = declared.filter_map(|own| own.written.as_ref());
    let settings = Settings {
        kwargs: declared.chain(&lookup.built.session).collect(),
        amazon: lookup.release.unwrap_or(NO_OLD_SPELLINGS),
        ssm: lookup.built.class.short_name == "aws_ssm",
    };
    if settings.amazon < CONNECTION_EXTRA {
        settings.profile()?;
        settings.client_kwargs()?;
    } else {
        settings.session_kwargs()?;
        settings.botocore_config()?;
        let role = settings.role()?;
        if !role {
            settings.profile()?;
        }
    }
    settings.endpoint(lookup.python)?;
    settings.keys()?;
    settings.verify()
}

impl<'l, 'b> Settings<'l, 'b> {
    fn get(&self, name: &str) -> Option<&'l Kwarg<'b>> {
        self.kwargs.iter().copied().find(|kwarg| kwarg.name == name)
    }

    /// Given, known, and true for Python; `None` where it is not known.
    fn is_set(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Some(kwarg) => Attribute::of(&kwarg.value).is_truthy(),
            None => Some(false),
        }
    }

    /// `boto3.Session(profile_name="")`
    fn profile(&self) -> Way<()> {
        let Some(kwarg) = self.get("profile_name") else {
            return Ok(());
        };
        match Attribute::of(&kwarg.value) {
            Attribute::Text(name) if name.is_empty() => {
                raise("ProfileNotFound", AskCause::Profile, kwarg)
            }
            _ => Ok(()),
        }
    }

    /// `Session.client(service_name, **kwargs)`
    fn client_kwargs(&self) -> Way<()> {
        for kwarg in &self.kwargs {
            let name = kwarg.name.as_str();
            if name == "profile_name" || CLIENT.contains(&name) {
                continue;
            }
            if name == "config" || name == "aws_account_id" {
                return Err(Ask::Unknown(Unsure::Client));
            }
            return Err(Ask::Raises(AskFault {
                exception: "TypeError",
                cause: AskCause::ClientKwarg,
                place: Some(kwarg.key_place),
            }));
        }
        Ok(())
    }

    /// `session_kwargs = session_kwargs or {}`, then `session_kwargs.get(…)`; before 9.0.0 also
    /// `"region_name" in session_kwargs`.
    fn session_kwargs(&self) -> Way<()> {
        let Some(kwarg) = self.get("session_kwargs") else {
            return Ok(());
        };
        let kind = kwarg.value.kind();
        match self.is_set("session_kwargs") {
            Some(true) if kind != Kind::Object => {
                raise("AttributeError", AskCause::SessionKwargs, kwarg)
            }
            Some(false)
                if self.amazon < NO_OLD_SPELLINGS
                    && !matches!(kind, Kind::Object | Kind::Array | Kind::String)
                    && (self.get("region_name").is_none()
                        || self.get("profile_name").is_none()) =>
            {
                raise("TypeError", AskCause::SessionKwargs, kwarg)
            }
            _ => Ok(()),
        }
    }

    /// `Config(**config_kwargs)`
    fn botocore_config(&self) -> Way<()> {
        let Some(kwarg) = self.get("config_kwargs") else {
            return Ok(());
        };
        if self.is_set("config_kwargs") != Some(true) {
            return Ok(());
        }
        let Some(object) = object(kwarg) else {
            return raise("AttributeError", AskCause::BotocoreConfig, kwarg);
        };
        let members = object.effective_members();
        let known = |member: &json::Member<'_>| {
            let name = member.key.as_str();
            name.is_some_and(|name| CONFIG_OPTIONS.contains(&name.as_ref()))
        };
        if !members.iter().all(known) {
            // A later botocore may know more of them.
            return Err(Ask::Unknown(Unsure::Client));
        }
        let Some(retries) = object.get("retries") else {
            return Ok(());
        };
        match retries.kind() {
            Kind::Null => return Ok(()),
            Kind::Object => {}
            _ => return raise("AttributeError", AskCause::BotocoreConfig, kwarg),
        }
        for member in retries.effective_members() {
            if let Some(exception) = retry_fault(&member) {
                return raise(exception, AskCause::BotocoreConfig, kwarg);
            }
        }
        Ok(())
    }

    /// `_get_assume_role_configs`, and what assuming the role then needs. True with a role.
    fn role(&self) -> Way<bool> {
        let Some(role) = self.get("role_arn") else {
            return Ok(false);
        };
        if self.is_set("role_arn") != Some(true) {
            return Ok(false);
        }
        let method = match self.get("assume_role_method") {
            None => "assume_role".to_owned(),
            Some(kwarg) => match Attribute::of(&kwarg.value) {
                Attribute::Unknown => return Err(Ask::Unknown(Unsure::Client)),
                Attribute::Text(method)
                    if [
                        "assume_role",
                        "assume_role_with_saml",
                        "assume_role_with_web_identity",
                    ]
                    .contains(&method.as_str()) =>
                {
                    method
                }
                _ => return raise("NotImplementedError", AskCause::AssumeRole, kwarg),
            },
        };
        match method.as_str() {
            "assume_role_with_web_identity" => {
                if self.service_config().is_err() {
                    // Releases read it before the federation, after it, or not at all.
                    return Err(Ask::Unknown(Unsure::Client));
                }
                self.federation(role)?;
                self.profile()?;
            }
            "assume_role_with_saml" => {
                self.profile()?;
                self.sts()?;
                self.saml(role)?;
            }
            _ => {
                self.profile()?;
                self.sts()?;
                self.assume_role(role)?;
            }
        }
        Ok(true)
    }

    /// `_get_web_identity_credential_fetcher`
    fn federation(&self, role: &Kwarg<'_>) -> Way<()> {
        let Some(kwarg) = self.get("assume_role_with_web_identity_federation") else {
            return raise("AirflowException", AskCause::AssumeRole, role);
        };
        match Attribute::of(&kwarg.value) {
            Attribute::Unknown => Err(Ask::Unknown(Unsure::Client)),
            Attribute::Text(name) if name == "google" => Ok(()),
            Attribute::Text(name) if name == "file" && self.amazon >= FEDERATION_FILE => Ok(()),
            _ => raise("AirflowException", AskCause::AssumeRole, kwarg),
        }
    }

    /// `_assume_role_with_saml`, up to the identity provider.
    fn saml(&self, role: &Kwarg<'_>) -> Way<()> {
        let Some(kwarg) = self.get("assume_role_with_saml") else {
            return raise("KeyError", AskCause::AssumeRole, role);
        };
        let Some(object) = object(kwarg) else {
            return match Attribute::of(&kwarg.value) {
                Attribute::Unknown => Err(Ask::Unknown(Unsure::Client)),
                _ => raise("TypeError", AskCause::AssumeRole, kwarg),
            };
        };
        let has = |name: &str| object.get(name).is_some();
        if !has("principal_arn") || !has("idp_auth_method") {
            return raise("KeyError", AskCause::AssumeRole, kwarg);
        }
        let method = object.get("idp_auth_method").and_then(json::Value::as_str);
        if method.as_deref() != Some("http_spegno_auth") {
            return raise("NotImplementedError", AskCause::AssumeRole, kwarg);
        }
        Ok(())
    }

    /// `_assume_role`: what botocore itself refuses of the request.
    fn assume_role(&self, role: &Kwarg<'_>) -> Way<()> {
        const NAME: &str = "assume_role_kwargs";
        const REFUSED: &str = "ParamValidationError";
        let more = self.get(NAME).filter(|_| self.is_set(NAME) == Some(true));
        if let Some(kwarg) = more {
            let Some(object) = object(kwarg) else {
                return raise("TypeError", AskCause::AssumeRole, kwarg);
            };
            let fact = data::class_named("aws_ssm").and_then(|class| class.any_kwarg(NAME));
            for member in object.effective_members() {
                if !is_request_member(fact, &member) {
                    return raise(REFUSED, AskCause::AssumeRole, kwarg);
                }
            }
        }
        match Attribute::of(&role.value) {
            Attribute::Text(arn) if arn.chars().count() < arn::MIN_LENGTH => {
                raise(REFUSED, AskCause::AssumeRole, role)
            }
            Attribute::Json(_) => raise(REFUSED, AskCause::AssumeRole, role),
            _ => Ok(()),
        }
    }

    /// `Session.client(region_name=…, endpoint_url=…, api_version=…)`
    fn endpoint(&self, python: Python) -> Way<()> {
        self.region_label()?;
        if let Some(kwarg) = self.get("api_version")
            && let Attribute::Text(version) = Attribute::of(&kwarg.value)
            && version != api_version(self.ssm)
        {
            return raise("DataNotFoundError", AskCause::ApiVersion, kwarg);
        }
        if let Some(kwarg) = self.get("region_name")
            && Attribute::of(&kwarg.value).as_text() == Some("")
            && self.get("endpoint_url").is_none()
        {
            return raise("ValueError", AskCause::Region, kwarg);
        }
        let Some(kwarg) = self.get("endpoint_url") else {
            return Ok(());
        };
        let url = kwarg.value.string().filter(Text::is_known);
        if url.is_some_and(|url| !is_endpoint(&url, python)) {
            return raise("ValueError", AskCause::Url, kwarg);
        }
        Ok(())
    }

    /// `validate_region_name`
    fn region_label(&self) -> Way<()> {
        if let Some(kwarg) = self.get("region_name")
            && let Attribute::Text(name) = Attribute::of(&kwarg.value)
            && let Some((Fault::NotAHostLabel, _)) = region::fault(&name)
        {
            return raise("InvalidRegionError", AskCause::Region, kwarg);
        }
        Ok(())
    }

    /// `self.service_config.get("sts", {})`, since 8.8.0.
    fn service_config(&self) -> Way<()> {
        let Some(kwarg) = self.get("service_config") else {
            return Ok(());
        };
        let known = Attribute::of(&kwarg.value).is_known();
        if known && object(kwarg).is_none() && self.amazon >= SERVICE_CONFIG {
            return raise("AttributeError", AskCause::AssumeRole, kwarg);
        }
        Ok(())
    }

    /// The client of STS, which has the region and not the `endpoint_url`.
    fn sts(&self) -> Way<()> {
        self.service_config()?;
        self.region_label()?;
        if let Some(kwarg) = self.get("region_name")
            && Attribute::of(&kwarg.value).as_text() == Some("")
        {
            return raise("ValueError", AskCause::Region, kwarg);
        }
        Ok(())
    }

    /// Keys of which one half is missing.
    fn keys(&self) -> Way<()> {
        let names = [
            "aws_access_key_id",
            "aws_secret_access_key",
            "aws_session_token",
        ];
        let [id, secret, token] = names.map(|name| self.is_set(name));
        let (Some(id), Some(secret), Some(token)) = (id, secret, token) else {
            return Ok(());
        };
        // They may hold the other half.
        let elsewhere = ["session_kwargs", "s3_config_file"];
        if elsewhere
            .iter()
            .any(|name| self.is_set(name) != Some(false))
        {
            return Ok(());
        }
        let kwarg = |name: &str| self.get(name);
        let wrong = match (id, secret, token) {
            (true, false, _) => kwarg(names[0]),
            (false, true, _) => kwarg(names[1]),
            (false, false, true) => kwarg(names[2]),
            _ => None,
        };
        let Some(wrong) = wrong else {
            return Ok(());
        };
        // A role is assumed with the same half.
        if self.amazon < CONNECTION_EXTRA {
            return raise("PartialCredentialsError", AskCause::Credentials, wrong);
        }
        let exception = if id { "ClientError" } else { "TypeError" };
        raise(exception, AskCause::Credentials, wrong)
    }

    /// A string is the path of a CA bundle.
    fn verify(&self) -> Way<()> {
        let Some(kwarg) = self.get("verify") else {
            return Ok(());
        };
        let Attribute::Text(text) = Attribute::of(&kwarg.value) else {
            return Ok(());
        };
        let words = ["true", "false", "yes", "no", "0", "1", "none", "null"];
        if words.iter().any(|word| text.eq_ignore_ascii_case(word)) {
            return raise("SSLError", AskCause::Verify, kwarg);
        }
        Ok(())
    }
}

/// What `_validate_retry_configuration` says of one member of `retries`.
fn retry_fault(member: &json::Member<'_>) -> Option<&'static str> {
    let value = member.value;
    let least = match member.key.as_str()?.as_ref() {
        "mode" => {
            let mode = value.as_str();
            let known = mode.is_some_and(|mode| RETRY_MODES.contains(&mode.as_ref()));
            return (!known).then_some("InvalidRetryModeError");
        }
        "max_attempts" => 0.0,
        "total_max_attempts" => 1.0,
        _ => return Some("InvalidRetryConfigurationError"),
    };
    let number = match value.kind() {
        Kind::Integer | Kind::Float => value.raw().expose().parse::<f64>().ok()?,
        Kind::True => 1.0,
        Kind::False => 0.0,
        // `value < 0`
        Kind::String | Kind::Null | Kind::Object | Kind::Array => return Some("TypeError"),
        Kind::NaN | Kind::Infinity => return None,
        Kind::NegInfinity => f64::NEG_INFINITY,
    };
    (number < least).then_some("InvalidMaxRetryAttemptsError")
}

fn raise<T>(exception: &'static str, cause: AskCause, kwarg: &Kwarg<'_>) -> Way<T> {
    Err(Ask::Raises(AskFault {
        exception,
        cause,
        place: Some(kwarg.value_place),
    }))
}

fn object<'v>(kwarg: &Kwarg<'v>) -> Option<json::Value<'v>> {
    match kwarg.value {
        KwargValue::Json(value) if value.kind() == Kind::Object => Some(value),
        _ => None,
    }
}

/// `botocore.utils.is_valid_endpoint_url`, and a port that is one.
fn is_endpoint(url: &Text, python: Python) -> bool {
    let Ok(split) = urlsplit::urlsplit(url, python) else {
        return false;
    };
    let Some(netloc) = split.netloc else {
        return false;
    };
    let (host, port) = urlsplit::hostinfo(&netloc);
    let Some(name) = urlsplit::hostname(&host) else {
        return false;
    };
    let port = port.filter(|port| !port.is_empty());
    if port.is_some_and(|port| urlsplit::port(port.expose(), python).is_err()) {
        return false;
    }
    // An IPv6 address has a test of its own.
    name.expose().contains(':') || is_host(name.expose())
}

/// The host of an endpoint, as `botocore.utils.is_valid_endpoint_url` takes it: no `_`, which names
/// of compose services often have.
pub(crate) fn is_host(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.len() <= 255 && host.split('.').all(is_label)
}
