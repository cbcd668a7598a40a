"""Makes keyword arguments and ids, and records what real backend classes make of them.

    python make_backends.py stand-in WHEELS SEED COUNT > rows.jsonl
    python make_backends.py real SEED COUNT > rows.jsonl
    python make_backends.py thin COUNT < rows.jsonl > fixture.jsonl

`stand-in` needs nothing but a folder with unpacked wheels, `p_amazon-9.39.0/`, `airflow_core-3.3.2/`
and so on (`pip download --no-deps`, then unzip). The modules of the backend classes, with
`_VaultClient`, `_CredentialProvider` and the base class of that Airflow release, are the real ones;
everything that they import beside that is a stand-in, and so are the clients, which note what they
are asked for. Each release runs in a process of its own.

`real` runs in an environment with Airflow and the providers: `airflow.configuration` constructs the
class from AIRFLOW__SECRETS__BACKEND, and the AWS client is botocore's own, up to the HTTP request,
which is not sent.

`thin` keeps COUNT rows, of every class and release some; what nobody gave is kept of a third of them.

A row: {"airflow", "python", "release", "class", "runtime", "kwargs": JSON text,
"built": {argument: attribute} or "raises": exception, "asks": [[kind, id, team, multi_team, answer]]}
where an answer is a list of names, null, or the name of an exception.
"""

import functools
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import random
import subprocess
import sys
import types

CLASSES = {
    "aws_ssm": "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend",
    "aws_secrets_manager": "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
    "gcp_secret_manager": "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend",
    "hashicorp_vault": "airflow.providers.hashicorp.secrets.vault.VaultBackend",
    "azure_key_vault": "airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend",
    "yandex_lockbox": "airflow.providers.yandex.secrets.lockbox.LockboxSecretBackend",
    "akeyless": "airflow.providers.akeyless.secrets.akeyless.AkeylessBackend",
    "kubernetes_secrets": "airflow.providers.cncf.kubernetes.secrets.kubernetes_secrets_backend.KubernetesSecretsBackend",
    "local_filesystem": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
    "environment_variables": "airflow.secrets.environment_variables.EnvironmentVariablesBackend",
}
PACKAGES = {
    "aws_ssm": "amazon", "aws_secrets_manager": "amazon", "gcp_secret_manager": "google",
    "hashicorp_vault": "hashicorp", "azure_key_vault": "microsoft_azure", "yandex_lockbox": "yandex",
    "akeyless": "akeyless", "kubernetes_secrets": "cncf_kubernetes",
}
# First release, then the releases of Airflow that it is run with.
PAIRS = [
    ("amazon", (1, 0, 0), ["2.0.2", "2.1.4"]), ("amazon", (2, 3, 0), ["2.2.5"]), ("amazon", (6, 2, 0), ["2.3.0", "2.7.3"]),
    ("amazon", (8, 29, 0), ["2.11.2"]), ("amazon", (9, 15, 0), ["2.11.2", "3.1.8", "3.2.0", "3.3.0"]),
    ("amazon", (9, 19, 0), ["3.2.2", "3.3.2"]), ("amazon", (9, 26, 0), ["3.1.8", "3.2.2", "3.3.2"]),
    ("google", (1, 0, 0), ["2.0.2", "2.2.5"]), ("google", (8, 0, 0), ["2.3.0", "2.7.3"]),
    ("google", (14, 0, 0), ["2.11.2", "3.1.8", "3.2.0", "3.3.2"]),
    ("hashicorp", (1, 0, 0), ["2.0.2", "2.2.5"]), ("hashicorp", (3, 0, 0), ["2.3.0", "2.7.3"]),
    ("hashicorp", (4, 2, 0), ["2.11.2", "3.1.8", "3.2.0", "3.3.2"]),
    ("microsoft_azure", (3, 4, 0), ["2.2.5"]), ("microsoft_azure", (5, 0, 0), ["2.3.0", "2.7.3"]),
    ("microsoft_azure", (12, 2, 0), ["2.11.2", "3.1.8", "3.2.0", "3.3.2"]),
    ("yandex", (3, 8, 0), ["2.7.3"]), ("yandex", (4, 0, 0), ["2.11.2", "3.2.0", "3.3.2"]),
    ("akeyless", (0, 1, 0), ["2.11.2", "3.1.8", "3.2.0", "3.3.2"]),
    ("cncf_kubernetes", (10, 13, 0), ["2.11.2", "3.2.0", "3.3.2"]),
]
PREFIXES = ["a", "a/b", "/a/b/", "a-", "a_b", "p--", "", None, None, 5, True, False, 0, [], ["a", "b/"], [1], {"k/": 1}, {},
            " /a ", "\u00df", "x\n", "//", "/", "a.b", 1.5]
SEPS = ["/", "-", "", None, 5, "ab", "--", "_", "__", " ", ":", False]
PATTERNS = [".*", "^db", "x$", "*", "(", "[a-", "", None, 5, ["a"], {"a": 1}, True, 0, "(?i)db", "a(?i)", "db|x", "\\d+",
            "(?!team).*", "a{99999999999}", "(?L)a", "(?au)a", "a++", "(?P<n>d)(?P=n)?b", "\\p{L}", "[[a]b", "_", "DB", "(?<=a)b"]
IDS = ["db", "my_conn", "team--db", "a-b--c", "--db", "x--", "a/b", "/a", "a//b", "_team___db", "_t___", "__a___b", "\u00df_conn",
       "My.Conn", "\u00dcn\u00ef", "yandexcloud_default", "", "a\nb", "db__x", "team///x", "a---b", "x y", "conn"]
TEAMS = [None, None, "t", "team_a", "", "a-b", "\u00df"]
TEXTS = ["v", "", None, None, 5, True, False, [], ["x"], {"a": 1}, "a/"]
EXTRAS = ["nope", "connections_prefix", "connections_path", "region_name", "namespace", "timeout", "self", "sep", "profile_name"]


def value(r, choices):
    return r.choice(choices)


def kwargs_of(r, name, parameters, real):
    """Keyword arguments: some good, some not. What the client alone refuses is left to `real`."""
    out = {}
    tame = r.random() < 0.5
    for parameter in parameters:
        if r.random() < (0.5 if len(parameters) < 12 else 0.12):
            if parameter.endswith("_pattern"):
                out[parameter] = value(r, PATTERNS)
            elif parameter in ("connections_prefix", "variables_prefix", "config_prefix", "connections_path", "variables_path",
                               "config_path", "global_secrets_path", "connections_label", "variables_label", "config_label",
                               "team_label"):
                out[parameter] = value(r, PREFIXES[:9] if tame else PREFIXES)
            elif parameter == "sep":
                out[parameter] = value(r, SEPS[:3] if tame else SEPS)
            elif parameter.endswith("_file_path"):
                out[parameter] = value(r, ["/a/b.json", "/a/.env", "x.ENV", "x.yml", "x.yaml", "x.txt", "", None, 5, ["a"], "a.env/", "x."])
            elif parameter == "auth_type":
                out[parameter] = value(r, ["token", "approle", "aws_iam", "azure", "github", "gcp", "jwt", "kubernetes", "ldap", "radius",
                                           "userpass", "nope", None, 5])
            elif parameter == "kv_engine_version":
                out[parameter] = value(r, [1, 2, 2.0, True, "2", None, 3, 0, []])
            elif parameter == "access_type":
                out[parameter] = value(r, ["api_key", "uid", "aws_iam", "gcp", "azure_ad", "nope", None])
            elif parameter == "mount_point":
                out[parameter] = value(r, ["secret", "kv", None, "", 5])
            elif parameter == "use_team_secrets_path":
                out[parameter] = value(r, [True, False, "false", 0])
            elif parameter == "gcp_key_path" and name == "gcp_secret_manager":
                out[parameter] = value(r, ["/k.json", "/k.p12", "k", "", None, 5])
            elif parameter == "gcp_keyfile_dict":
                out[parameter] = value(r, [{"private_key": "k", "project_id": "p"}, {}, {"a": 1}, {"private_key": 5}, "x", None])
            elif parameter == "impersonation_chain":
                out[parameter] = value(r, ["a@b.iam", ["a@b.iam", "c@d.iam"], None, 5, {"a": 1}, "", True])
            elif parameter == "profile_name":
                out[parameter] = None
            elif parameter == "yc_connection_id":
                out[parameter] = value(r, ["conn", "", None, 5])
            else:
                out[parameter] = value(r, TEXTS)
    if name == "hashicorp_vault":
        if tame and "auth_type" not in out:
            out["token"] = "hvs.x"
        if r.random() < 0.15:
            out["auth_type"] = value(r, ["gcp", "jwt", "radius", "azure", "kubernetes", "approle", "github"])
            for key in ("gcp_scopes", "role_id", "gcp_key_path", "jwt_role", "jwt_token_path", "radius_host", "radius_secret",
                        "azure_resource", "azure_tenant_id", "kubernetes_role", "token_path"):
                if key in parameters and r.random() < 0.75:
                    out[key] = "v"
    if name == "gcp_secret_manager" and r.random() < 0.9:
        out.setdefault("project_id", "p")
    if not real:
        if name == "azure_key_vault":
            out["vault_url"] = "https://v.vault.azure.net"
        if name == "kubernetes_secrets":
            out["namespace"] = "ns"
    if r.random() < 0.15:
        allowed = ["region_name", "self"] if name.startswith("aws") else EXTRAS
        if name == "hashicorp_vault":
            allowed = ["namespace", "timeout", "self"]
        extra = value(r, allowed)
        if extra not in parameters:
            out[extra] = "x"
    if name == "akeyless" and r.random() < 0.3:
        out["uid_token"] = "u"
    items = list(out.items())
    r.shuffle(items)
    return dict(items)


def questions(r, airflow):
    number = tuple(int(part) for part in airflow.split("."))
    for _ in range(4):
        kind = r.choice(["connection", "connection", "variable", "variable", "config"])
        team = r.choice(TEAMS) if number >= (3, 2) and kind != "config" else None
        multi_team = r.choice([None, False, True, True]) if number >= (3, 2) else None
        yield kind, r.choice(IDS), team, multi_team


class State:
    """What the stand-ins note and answer."""

    asked: list = []
    multi_team = None

    @classmethod
    def note(cls, name):
        cls.asked.append(name)


class Conf:
    """`airflow.configuration.conf`, for `[core] multi_team` alone."""

    def __init__(self, airflow):
        self.has_default = tuple(int(part) for part in airflow.split(".")) >= (3, 2)

    def getboolean(self, section, key, fallback=None, **_):
        assert (section, key) == ("core", "multi_team")
        return bool(State.multi_team)

    def get(self, section, key, fallback=None, **_):
        assert (section, key) == ("core", "multi_team")
        if State.multi_team is None and not self.has_default:
            return fallback
        return str(bool(State.multi_team))


class Meta(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return make(name)

    def __or__(cls, other):
        return cls

    __ror__ = __or__

    def __getitem__(cls, item):
        return cls


class Anything(Exception, metaclass=Meta):
    """Class, exception and function in one."""

    def __init__(self, *args, **kwargs):
        super().__init__()
        self.kwargs = kwargs

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return make(name)

    def __iter__(self):
        return iter((Anything(), "project"))

    def __call__(self, *args, **kwargs):
        return args[0] if args and callable(args[0]) else self


def make(name):
    if name.endswith("Warning"):
        return type(name, (Warning,), {})
    return Meta(name, (Anything,), {})


class Log:
    def __getattr__(self, name):
        return lambda *args, **kwargs: None


class LoggingMixin:
    log = Log()


class Module(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        made = make(name)
        setattr(self, name, made)
        return made


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Module(spec.name)

    def exec_module(self, module):
        module.__path__ = []


def install(airflow):
    """Stand-ins for everything that is not unpacked."""
    conf = Conf(airflow)
    shared = {"conf": conf, "LoggingMixin": LoggingMixin, "AirflowException": type("AirflowException", (Exception,), {}),
              "AirflowUnsupportedFileTypeException": type("AirflowUnsupportedFileTypeException", (Exception,), {})}
    for name in ("airflow.configuration", "airflow.exceptions", "airflow.utils.log.logging_mixin", "airflow.models",
                 "airflow.models.connection", "airflow.providers.common.compat.sdk", "airflow.sdk.exceptions", "airflow.sdk",
                 "airflow.version", "airflow.sdk.execution_time.secrets_masker"):
        module = Module(name)
        module.__path__ = []
        module.__dict__.update(shared)
        sys.modules[name] = module
    sys.modules["airflow.version"].version = airflow
    sys.meta_path.append(Finder())


class Failing:
    """`client.exceptions`, of which the first is raised."""

    def __init__(self):
        self.missing = type("Missing", (Exception,), {})
        other = type("Other", (Exception,), {})
        names = ("InvalidParameterException", "InvalidRequestException", "DecryptionFailure", "InternalServiceError")
        self.__dict__.update({name: other for name in names})
        self.ParameterNotFound = self.ResourceNotFoundException = self.missing


class Client:
    """Every store."""

    def __init__(self, module):
        self.exceptions = Failing()
        self.module = module
        self.secrets = self.kv = self.v1 = self.v2 = self
        self.token = "t"

    def get_parameter(self, Name, **_):
        State.note(Name)
        raise self.exceptions.missing

    def get_secret_value(self, *args, **kwargs):
        if "SecretId" in kwargs:
            State.note(kwargs["SecretId"])
            raise self.exceptions.missing
        State.note(args[0].kwargs["names"][0])
        return {}

    def auth(self, body):
        return types.SimpleNamespace(token="t")

    def get_secret(self, name=None, secret_id=None, project_id=None):
        State.note(name if secret_id is None else secret_id)
        if name is not None:
            raise self.module.ResourceNotFoundError
        return None

    def is_authenticated(self):
        return True

    def read_secret(self, path, mount_point, **_):
        State.note("%s/%s" % (mount_point, path))
        raise self.module.InvalidPath

    read_secret_version = read_secret

    def list_namespaced_secret(self, namespace, label_selector, **_):
        State.note(label_selector)
        return types.SimpleNamespace(items=[])


class Name:
    def __eq__(self, other):
        State.note(other)
        return False

    __hash__ = None


def wire(short, backend, module):
    """Puts the noting clients into the object."""
    if short in ("aws_ssm", "aws_secrets_manager", "azure_key_vault", "kubernetes_secrets"):
        backend.__dict__["client"] = Client(module)
    elif short == "gcp_secret_manager":
        type(backend).client = property(lambda self: Client(module))
    elif short == "hashicorp_vault":
        client = Client(sys.modules[type(backend.vault_client).__module__])
        backend.vault_client.__dict__["_client"] = client
        if not isinstance(getattr(type(backend.vault_client), "client"), property):
            backend.vault_client.__dict__["client"] = client
    elif short == "akeyless":
        backend.__dict__["_client"] = Client(module)
    elif short == "yandex_lockbox":
        backend._get_secrets = lambda: [types.SimpleNamespace(name=Name())]
    elif short == "environment_variables":
        environ = types.SimpleNamespace(get=lambda name, default=None: State.note(name))
        module.os = types.SimpleNamespace(environ=environ)
    elif short == "local_filesystem":
        def parse(path):
            State.note(None)
            return {}, []
        module.os = types.SimpleNamespace(path=types.SimpleNamespace(exists=lambda path: os.path.exists(path) or True))
        module.FILE_PARSERS = {key: parse for key in module.FILE_PARSERS}


ATTRIBUTES = {
    "kubernetes_secrets": {"namespace": "_namespace"},
    "local_filesystem": {"variables_file_path": "variables_file", "connections_file_path": "connections_file",
                         "configs_file_path": "configs_file"},
    "akeyless": {name: "_" + name for name in ("api_url", "access_id", "access_key", "access_type", "token_ttl")},
}


def attributes(short, backend, parameters):
    names = ATTRIBUTES.get(short, {})
    owners = [backend] + ([backend.vault_client] if short == "hashicorp_vault" else [])
    out = {}
    for parameter in list(parameters) + ["are_secret_values_urlencoded"]:
        own = names.get(parameter, parameter)
        if short == "hashicorp_vault" and parameter == "global_secrets_path" and not hasattr(backend, own):
            continue
        for owner in owners:
            if own in vars(owner):
                out[parameter] = vars(owner)[own]
                break
    return out


def lookup(backend, kind, name, team, airflow, runtime):
    """The call that Airflow makes."""
    number = tuple(int(part) for part in airflow.split("."))
    if kind == "config":
        return backend.get_config(name)
    method, key = (backend.get_connection, "conn_id") if kind == "connection" else (backend.get_variable, "key")
    if runtime == "task" or number < (3, 2):
        return method(**{key: name})
    if number < (3, 3):
        return method(**{key: name}, team_name=team)
    from airflow._shared.secrets_backend.base import call_secrets_backend_method
    return call_secrets_backend_method(method, team_name=team, **{key: name})


def answer(short, backend, kind, name, team, airflow, runtime):
    State.asked = []
    try:
        lookup(backend, kind, name, team, airflow, runtime)
    except Exception as error:
        # What comes of an answer is not asked here.
        return State.asked or type(error).__name__
    if short == "local_filesystem":
        return [name] if State.asked else None
    return State.asked or None


def one(short, airflow, release, seed, count):
    """Runs one class of one release."""
    import inspect

    path, _, class_name = CLASSES[short].rpartition(".")
    module = importlib.import_module(path)
    cls = getattr(module, class_name)
    try:
        parameters = [p.name for p in inspect.signature(cls.__init__).parameters.values()
                      if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)][1:]
    except ValueError:
        parameters = []
    if cls.__init__ is object.__init__ or short == "environment_variables":
        parameters = []
    r = random.Random("%s %s %s %s" % (short, airflow, release, seed))
    for _ in range(count):
        kwargs = kwargs_of(r, short, parameters, False)
        if short == "environment_variables" and r.random() < 0.8:
            kwargs = {}
        text = json.dumps(kwargs)
        runtime = r.choice(["server", "server", "task"])
        row = {"airflow": airflow, "python": "%d.%d" % sys.version_info[:2], "release": release, "class": short,
               "runtime": runtime, "kwargs": text}
        # The twin does not know whether it is set; where it is read, it is.
        os.environ["VAULT_TOKEN"] = "t"
        State.multi_team = None
        try:
            # `_custom_secrets_backend` was memoised in 2.3.4 alone.
            call = functools.lru_cache(maxsize=2)(cls) if airflow == "2.3.4" else cls
            backend = call(**json.loads(text))
        except Exception as error:
            row["raises"] = type(error).__name__
            print(json.dumps(row))
            continue
        if hasattr(backend, "_set_connection_class"):
            backend._set_connection_class(make("Connection"))
        row["built"] = attributes(short, backend, parameters)
        wire(short, backend, module)
        row["asks"] = []
        for kind, name, team, multi_team in questions(r, airflow):
            State.multi_team = multi_team
            row["asks"].append([kind, name, team, multi_team, answer(short, backend, kind, name, team, airflow, runtime)])
        print(json.dumps(row, default=str))


def number(text):
    return tuple(int(part) for part in text.split("."))


def stand_in(root, seed, count):
    folders = sorted(os.listdir(root))
    airflows = {}
    for folder in folders:
        name, _, version = folder.rpartition("-")
        if name in ("airflow", "airflow_core"):
            airflows[version] = folder
    jobs = []
    for short in CLASSES:
        if short in PACKAGES:
            package = PACKAGES[short]
            for folder in folders:
                name, _, version = folder.rpartition("-")
                if name != "p_" + package:
                    continue
                fitting = [pair for pair in PAIRS if pair[0] == package and pair[1] <= number(version)]
                if fitting:
                    jobs += [(short, airflow, version, folder) for airflow in max(fitting)[2]]
        else:
            jobs += [(short, version, version, None) for version in airflows]
    for short, airflow, version, folder in jobs:
        paths = [os.path.join(root, airflows[airflow])] + ([os.path.join(root, folder)] if folder else [])
        sdk = "airflow_task_sdk-1.%d.%d" % (number(airflow)[1], number(airflow)[2])
        if number(airflow) >= (3, 0) and os.path.isdir(os.path.join(root, sdk)):
            paths.append(os.path.join(root, sdk))
        environ = dict(os.environ, PYTHONPATH=os.pathsep.join(paths))
        done = subprocess.run([sys.executable, __file__, "one", short, airflow, version, str(seed), str(count)], env=environ,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        sys.stdout.write(done.stdout)
        if done.returncode:
            print(short, airflow, version, done.stderr[-600:], file=sys.stderr)


ROLE = "arn:aws:iam::123456789012:role/airflow"
CLIENT = {
    "region_name": ["eu-west-1", "eu-west-1", None, "", "eu west", "eu_west_1", "EU-WEST-1", "eu-west-1a", "-x"],
    "profile_name": ["dev", "dev", None, ""],
    "endpoint_url": ["http://localhost:4566", None, "", "localhost:4566", "https://h", "//h", "http://a_b:1", "ftp://h", "h", "http://", " http://h",
                     "http://h:x", "http://h ", "http://[::1]:1", "http:/h", "http://h.:1", "https://h/a?b#c"],
    "api_version": [None, "latest", "2014-11-06", "2017-10-17", ""],
    "use_ssl": [True, False, None, "false"],
    "verify": [True, False, None],
    "aws_secret_access_key": ["s", None, ""],
    "aws_session_token": ["t", None],
    "role_arn": [ROLE, ROLE, ROLE, None, "", "arn:aws", 5, ["x"], "arn:aws:iam::123456789012:user/x", True],
    "assume_role_method": ["assume_role", "assume_role_with_saml", "assume_role_with_web_identity", "assumerole", None, 5],
    "assume_role_kwargs": [{}, None, "x", ["x"], 5, {"ExternalId": "ab"}, {"ExternalId": "a"}, {"external_id": "abc"}, {"DurationSeconds": 900},
                           {"DurationSeconds": 899}, {"DurationSeconds": "900"}, {"DurationSeconds": 900.0}, {"RoleSessionName": "x"},
                           {"RoleSessionName": "xy"}, {"Policy": "{}"}, {"Policy": ""}, {"Policy": {}}, {"Tags": []}, {"Tags": {}},
                           {"Tags": [{"Key": "a", "Value": "b"}]}, {"TokenCode": "12345"}, {"TokenCode": "123456"}, {"SerialNumber": "12345678"},
                           {"SourceIdentity": "a"}, {"PolicyArns": "x"}, {"TransitiveTagKeys": ["a"]}, {"RoleArn": 5}, {"ExternalId": None},
                           {"RoleSessionName": 5}, {"Tags": [5]}, {"TransitiveTagKeys": [5]}, {"PolicyArns": [{"arn": "x"}]}, False],
    "assume_role_with_saml": [{}, {"principal_arn": "p"}, {"principal_arn": "p", "idp_auth_method": "x"}, "x", None, 5, ["x"]],
    "assume_role_with_web_identity_federation": ["nope", None, 5, "File", ["x"]],
    "config_kwargs": [{}, None, "x", ["x"], 5, {"retries": {"max_attempts": 3}}, {"retries": "x"}, {"retries": {"nope": 1}},
                      {"retries": {"mode": "fast"}}, {"retries": {"mode": "standard"}}, {"connect_timeout": 5}, {"retries": None},
                      {"retries": {"mode": None}}, {"retries": {"max_attempts": -1}}, {"retries": {"total_max_attempts": 0}},
                      {"retries": {"max_attempts": 2, "nope": 1}}, {"retries": []}, {"signature_version": "unsigned"}, {"retries": {}}, False],
    "session_kwargs": [None, {}, "x", ["x"], 5, {"region_name": "x"}],
    "service_config": [None, {}, {"ssm": {}}],
    "external_id": ["x"],
    "regoin": ["x"],
    "connections_prefix": ["a", "/a", None, ""],
    "connections_lookup_pattern": ["^d", "*", "x", None],
}


def real(seed, count):
    """The two AWS classes in an environment with Airflow: construction by Airflow, client by botocore."""
    import logging
    import tempfile
    import warnings

    warnings.simplefilter("ignore")
    home = tempfile.mkdtemp()
    config = os.path.join(home, "aws")
    with open(config, "w") as file:
        file.write("[profile dev]\nregion = eu-west-1\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = fake\n")
    os.environ.update(AWS_CONFIG_FILE=config, AWS_SHARED_CREDENTIALS_FILE=config + "x", AWS_ACCESS_KEY_ID="AKIAFAKE",
                      AWS_SECRET_ACCESS_KEY="fake", AWS_DEFAULT_REGION="eu-west-1", AWS_EC2_METADATA_DISABLED="true")
    for name in ("AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        os.environ.pop(name, None)
    import airflow
    from airflow.configuration import get_custom_secret_backend
    from airflow.providers.amazon import __version__ as amazon
    from botocore.awsrequest import AWSResponse
    from botocore.httpsession import URLLib3Session

    logging.disable(logging.CRITICAL)

    class Raw:
        def __init__(self, body):
            self.body = body

        def stream(self, *_, **__):
            yield self.body

        def read(self, *_, **__):
            body, self.body = self.body, b""
            return body

    def send(self, request):
        body = request.body or ""
        body = body.decode() if isinstance(body, bytes) else body
        if "Action=" in body:
            answer = ("<AssumeRoleResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><AssumeRoleResult><Credentials>"
                      "<AccessKeyId>AKIAROLE</AccessKeyId><SecretAccessKey>fake</SecretAccessKey><SessionToken>t</SessionToken>"
                      "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>")
            return AWSResponse(request.url, 200, {}, Raw(answer.encode()))
        asked = json.loads(body)
        State.note(asked.get("Name") or asked.get("SecretId"))
        kind = "ParameterNotFound" if "Name" in asked else "ResourceNotFoundException"
        return AWSResponse(request.url, 400, {"x-amzn-errortype": kind}, Raw(json.dumps({"__type": kind}).encode()))

    URLLib3Session.send = send
    r = random.Random("real %s %s" % (amazon, seed))
    for _ in range(count):
        short = r.choice(["aws_ssm", "aws_secrets_manager"])
        kwargs = {}
        for name in r.sample(sorted(CLIENT), r.choice([1, 1, 2, 2, 3, 4])):
            kwargs[name] = r.choice(CLIENT[name])
        if r.random() < 0.5 and any(name.startswith("assume_role") for name in kwargs):
            kwargs["role_arn"] = ROLE
        if kwargs.get("assume_role_with_saml") is not None and r.random() < 0.7:
            kwargs.update(role_arn=ROLE, assume_role_method="assume_role_with_saml")
        if "assume_role_with_web_identity_federation" in kwargs and r.random() < 0.7:
            kwargs.update(role_arn=ROLE, assume_role_method="assume_role_with_web_identity")
        text = json.dumps(kwargs)
        row = {"airflow": airflow.__version__, "python": "%d.%d" % sys.version_info[:2], "release": amazon, "class": short,
               "runtime": "server", "kwargs": text}
        os.environ["AIRFLOW__SECRETS__BACKEND"] = CLASSES[short]
        os.environ["AIRFLOW__SECRETS__BACKEND_KWARGS"] = text
        try:
            backend = get_custom_secret_backend()
        except Exception as error:
            row["raises"] = type(error).__name__
            print(json.dumps(row))
            continue
        row["built"] = {}
        row["asks"] = []
        for kind in ("connection", "config"):
            backend.__dict__.pop("client", None)
            row["asks"].append([kind, "db", None, None, answer(short, backend, kind, "db", None, "2.0.0", "server")])
        print(json.dumps(row))


def thin(count):
    groups = {}
    for line in sys.stdin:
        # Airflow logs to the same stream.
        if not line.startswith("{"):
            continue
        row = json.loads(line)
        if row.get("asks"):
            row["asks"] = [ask for number, ask in enumerate(row["asks"]) if ask not in row["asks"][:number]][:3]
        given = json.loads(row["kwargs"])
        if "built" in row:
            defaults = len(groups) % 3 == 0
            row["built"] = {key: value for key, value in row["built"].items() if key in given or defaults and value is not None}
        groups.setdefault((row["class"], row["release"], row["airflow"]), []).append(row)
    kept = []
    for turn in range(count):
        kept += [(group, rows[turn]) for group, rows in groups.items() if turn < len(rows)]
        if len(kept) >= count:
            break
    for _, row in sorted(kept[:count], key=lambda pair: pair[0]):
        print(json.dumps(row, separators=(",", ":")))


if __name__ == "__main__":
    if sys.argv[1] == "thin":
        thin(int(sys.argv[2]))
    elif sys.argv[1] == "real":
        real(int(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1] == "stand-in":
        stand_in(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    elif sys.argv[1] == "one":
        install(sys.argv[3])
        one(sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5], int(sys.argv[6]))
