"""Makes configurations and asks a real Airflow what it ends up with.

    python make_configs.py cases 2000 1 > cases.jsonl                        (number, seed)
    python make_configs.py run server cases.jsonl > 3.3.2-server.jsonl       (with that release's Python)
    python make_configs.py run task cases.jsonl > 3.3.2-task.jsonl           (3.2 and later: the Task SDK's own object)
    python make_configs.py join cases.jsonl *-server.jsonl *-task.jsonl > configs.jsonl

A case is the text of an airflow.cfg, an environment, options to get and options to get with a type. `run` builds the
parser as `airflow.configuration` does at import, without its checks (`validate`) and without the commands and backends
behind `_cmd` and `_secret` forms: these only leave a mark. Needs an AIRFLOW_HOME that may be written to.

From 2.7 to 3.1 what providers declare counts only in a process that loaded it, as every `airflow` command does: options of
which that changes what `get` gives are asked for a second time, after `load_providers_configuration` (`loaded`, by place).
"""

import json
import logging
import os
import random
import signal
import sys
import tempfile
import warnings

SSM = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"
SM = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
HOME = {"HOME": "/home/u", "AIRFLOW_HOME": "/opt/airflow"}

# Options with something to them: old and new names, sensitive ones, names that end like a form, sections with dots.
OPTIONS = [
    ("core", "executor"), ("core", "dags_folder"), ("core", "fernet_key"), ("core", "sql_alchemy_conn"),
    ("database", "sql_alchemy_conn"), ("core", "parallelism"), ("core", "load_examples"), ("core", "hostname_callable"),
    ("core", "logging_level"), ("logging", "logging_level"), ("logging", "base_log_folder"),
    ("scheduler", "parsing_processes"), ("scheduler", "max_threads"), ("core", "dag_concurrency"),
    ("core", "max_active_tasks_per_dag"), ("metrics", "statsd_on"), ("scheduler", "statsd_on"), ("webserver", "base_url"),
    ("metrics", "statsd_allow_list"), ("metrics", "metrics_allow_list"), ("scheduler", "statsd_allow_list"),
    ("api", "base_url"), ("webserver", "secret_key"), ("api", "secret_key"), ("webserver", "workers"), ("api", "workers"),
    ("webserver", "access_logfile"), ("api", "access_logfile"), ("api", "log_config"), ("webserver", "page_size"),
    ("api", "page_size"), ("api", "fallback_page_limit"), ("secrets", "use_cache"), ("secrets", "cache_ttl_seconds"),
    ("secrets", "backend"), ("secrets", "backend_kwargs"), ("workers", "secrets_backend"),
    ("workers", "secrets_backend_kwargs"), ("workers", "missing_dag_retires"), ("workers", "missing_dag_retries"),
    ("core", "execution_api_server_url"), ("workers", "execution_api_server_url"), ("kubernetes", "namespace"),
    ("kubernetes_executor", "namespace"), ("smtp", "smtp_password"), ("smtp", "smtp_host"), ("email", "email_backend"),
    ("celery", "broker_url"), ("common.io", "xcom_objectstorage_path"), ("sentry", "sentry_dsn"),
    ("api_auth", "jwt_secret"), ("core", "internal_api_secret_key"), ("my.section", "x"), ("custom", "opt"),
    ("custom", "opt_cmd"), ("core", "x_secret"), ("triggerer", "default_capacity"), ("triggerer", "capacity"),
    ("core", "num_dag_runs_to_retain_rendered_fields"), ("core", "max_num_rendered_ti_fields_per_task"),
    ("scheduler", "running_metrics_interval"), ("scheduler", "ti_metrics_interval"),
    ("dag_processor", "refresh_interval"), ("scheduler", "dag_dir_list_interval"), ("database", "load_default_connections"),
    ("core", "load_default_connections"), ("core", "default_timezone"), ("core", "xcom_backend"), ("core", "auth_manager"),
    ("scheduler", "catchup_by_default"), ("core", "sensitive_var_conn_names"), ("webserver", "web_server_port"),
    ("api", "port"), ("api", "auth_backends"), ("api", "auth_backend"), ("core", "secure_mode"),
    ("core", "task_runner"), ("core", "dag_file_processor_timeout"), ("dag_processor", "dag_file_processor_timeout"),
]
SENSITIVE = [("core", "fernet_key"), ("core", "sql_alchemy_conn"), ("database", "sql_alchemy_conn"), ("secrets", "backend_kwargs"),
             ("secrets", "backend"), ("webserver", "secret_key"), ("api", "secret_key"), ("smtp", "smtp_password"),
             ("sentry", "sentry_dsn"), ("api_auth", "jwt_secret"), ("core", "internal_api_secret_key"),
             ("workers", "secrets_backend_kwargs"), ("core", "parallelism"), ("custom", "opt")]
TYPED = {"boolean": [("core", "load_examples"), ("secrets", "use_cache"), ("metrics", "statsd_on")],
         "int": [("core", "parallelism"), ("secrets", "cache_ttl_seconds"), ("api", "workers")],
         "float": [("core", "parallelism"), ("secrets", "cache_ttl_seconds")]}
VALUES = ["x", "", "LocalExecutor", "CeleryExecutor", "16", "$HOME/dags", "${AIRFLOW_HOME}/dags", "~/x", "~", "x~/y", "$NOPE/x", "${NOPE}",
          "$$", "a$", "$A_B", "${A_B}c", "\\$HOME", "50%%", "%%(executor)s", "%(executor)s", "%(missing)s", "%(opt)s/x", "50%", "x%2Fy", "%",
          "%%%%", "'quoted'", '"quoted"', "a # b", "a ; b", "a = b", "a: b", "sqlite:////x.db", "postgresql://u:p%%40h@db/x",
          "postgresql://u:p%40h@db/x", "{AIRFLOW_HOME}/x", "{x}", "\u00e9\u00df", "a\\nb", "%(dags_folder)s", "%(DEFAULT)s", "$SELF_A", "\t tab \t"]
PIECES = ["$", "${", "}", "$HOME", "$NOPE", "${A_B}", "$A_C", "A_B", "\\", "~", "/", "%", "%%", "%(", ")s", "%(executor)s", "%(opt)s", "%(x", "s", "(",
          ")", " ", "x", "=", ":", "#", ";", "'", '"', "\u00e9", "{", "{}", "_", "1", "%%(a)s", "$1", "$_", "\u3000", "$\u00e9", "-"]
TYPED_VALUES = ["True", "false", "t", "F", "1", "0", "yes", "on", "", " TRUE ", "true # note", "5", "5.0", "5.5", "1_000", "1__0", "_1", "+3",
                "-7", "1e3", "nan", "inf", "-Infinity", "0x10", "\uff15", "12 34", "None", "3#4", " 9 ", "99999999999999999999999", "1e400", "infinit"]
CLASSES = [SSM, SSM, SM, SM, "", " ", "airflow.secrets.environment_variables.EnvironmentVariablesBackend",
           "airflow.providers.amazon.aws.secrets.nope.Nope", "airflow.providers.amazon.aws.secrets.systems_manager.Nope", "nodots", "None",
           '"' + SSM + '"', "airflow.contrib.secrets.aws_systems_manager.SystemsManagerParameterStoreBackend",
           SSM + " ; x", "$CLASS", SSM.replace("S", "s"), "a b.C", "a.b:C"]
KWARGS = ["{}", "null", "0", "[]", '""', "", " ", "[1]", '"x"', "5", "true", "{'a': 1}", '{"connections_prefix": "/a/b/"}',
          '{"connections_prefix": null, "variables_prefix": ""}', '{"connections_prefix": "a//", "sep": "-"}',
          '{"connections_prefix": "a/b", "variables_prefix": "/", "config_prefix": "c///"}', '{"connections_lookup_pattern": "^x$"}',
          '{"connections_prefix": 5}', '{"connections_prefix": false}', '{"sep": null}', '{"sep": 5}', '{"sep": ""}', '{"profile_name": "p", "region_name": "eu-west-1"}',
          '{"connections_prefix": "/a", "connections_prefix": "/b"}', '{"connections_prefix": "$HOME/c"}', '{"connections_prefix": "$NOPE/c"}',
          '{"connections_prefix": "/a",}', '{"connections_prefix": "/a"} # note', '"{\\"connections_prefix\\": \\"/a\\"}"',
          "'{\"connections_prefix\": \"/a\"}'", '{"connections_prefix": "a%2Fb"}', '{"connections_prefix": "a%%2Fb"}', '{"variables_prefix": NaN}',
          '{"role_arn": "arn:aws:iam::123456789012:role/x", "config_kwargs": {"a": [1]}}', '{"connections_prefix": "\\u00e9"}', "{", "}", "\ufeff{}",
          '{"variables_lookup_pattern": null, "config_lookup_pattern": 3}', '{"sep": "_", "variables_prefix": "v__"}', '{"connections_prefix": ["a"]}']
LINES = ["# note", "; note", "", "   ", "  # indented note", "nonsense", "= v", ": v", "key", "  continued", "\tcontinued", "  opt = swallowed", "[broken",
         "[]", "[ secrets ]", "[SECRETS]", "[secrets]]", "[a]b]", "[secrets] tail", "  [secrets]", "Backend = x", "BACKEND_KWARGS = {}", "// x", "rem x", "}",
         "[team_a=core]", "[team_a=secrets]", "opt = 1", "executor = Local", "x = 1", "\x0bvt = 1", "\x0cff = 1", "a\u00a0= 1", "\u2028ls = 1", "opt=a\x0bb"]


def options(r):
    return r.choice(OPTIONS if r.random() < 0.8 else SENSITIVE)


def value(r, section, option):
    if option.endswith("backend_kwargs"):
        return r.choice(KWARGS)
    if (section, option) in (("secrets", "backend"), ("workers", "secrets_backend")):
        return r.choice(CLASSES)
    if any((section, option) in pairs for pairs in TYPED.values()) and r.random() < 0.8:
        return r.choice(TYPED_VALUES)
    if r.random() < 0.3:
        return "".join(r.choice(PIECES) for _ in range(r.randrange(1, 6)))
    return r.choice(VALUES)


def spread(r, text):
    """The value over several lines, as JSON is often written."""
    lines = text.replace("{", "{\n", 1).replace(", ", ",\n").split("\n")
    indent = r.choice(["    ", "  ", "\t", " ", ""])
    extra = r.choice([[], [], ["", indent + "# note"], ["   "]])
    end = r.choice([indent, indent, ""])
    return "\n".join([lines[0]] + extra + [indent + line for line in lines[1:-1]] + [end + line for line in lines[-1:] if len(lines) > 1])


def file(r):
    """The text of an airflow.cfg; `None`: there is none."""
    if r.random() < 0.06:
        return None
    wild = r.random() < 0.2
    chosen = [options(r) for _ in range(r.randrange(1, 7))]
    if r.random() < 0.6:
        chosen += [("secrets", "backend"), ("secrets", "backend_kwargs")]
    if r.random() < 0.25:
        chosen += [("workers", "secrets_backend"), ("workers", "secrets_backend_kwargs")]
    sections = {}
    for section, option in chosen:
        sections.setdefault(section, []).append(option)
    if r.random() < 0.15:
        sections["DEFAULT"] = [option for _, option in r.sample(OPTIONS, 2)]
    order = list(sections)
    r.shuffle(order)
    if r.random() < 0.05:
        order.append(r.choice(order))
    lines = []
    if wild and r.random() < 0.15:
        lines.append(r.choice(LINES))
    for section in order:
        lines.append("[" + section + "]")
        names = sections[section] if r.random() < 0.03 else list(dict.fromkeys(sections[section]))
        for option in names:
            name = option
            form = r.random()
            if form < 0.12 and section != "celery" and ((section, option) in SENSITIVE or r.random() < 0.2):
                name += r.choice(["_cmd", "_secret", "_CMD", "__cmd"])
            elif form < 0.15:
                name = name.upper()
            text = value(r, section, option).strip("\t ")
            if "{" in text and r.random() < 0.5:
                text = spread(r, text)
            lines.append(r.choice(["", "", "", "", " "]) + name + r.choice([" = ", " = ", "=", ": ", " =", "  :"]) + text + r.choice(["", "", "", " "]))
            if wild and r.random() < 0.25:
                lines.append(r.choice(LINES))
            elif r.random() < 0.1:
                lines.append(r.choice(["", "# note", "opt = 2"]))
    end = r.choice(["\n", "\n", "\n", "\r\n", "\r"])
    text = end.join("\n".join(lines).split("\n")) + r.choice([end, end, ""])
    if r.random() < 0.01:
        text = "\ufeff" + text
    if r.random() < 0.01:
        at = r.randrange(len(text) + 1)
        return [text[:at], text[at:]]
    return text


def environment(r):
    """A list of names and values, in order, no name twice."""
    env = {}
    for _ in range(r.randrange(0, 5)):
        section, option = options(r)
        name = "AIRFLOW__" + section.replace(".", r.choice(["_", "."])).upper() + "__" + option.upper()
        form = r.random()
        if form < 0.2 and section != "celery":
            name += r.choice(["_CMD", "_SECRET", "_cmd", "_Cmd"])
        elif form < 0.25:
            name = name.lower()
        elif form < 0.3:
            name = "AIRFLOW__TEAM_A___" + name[len("AIRFLOW__"):]
        elif form < 0.32:
            name = name.replace("__", "_", 1)
        elif form < 0.34:
            name = name.replace("__" + option.upper(), "__" + option)
        env[name] = value(r, section, option)
    if r.random() < 0.15:
        env["AIRFLOW__SECRETS__BACKEND"] = r.choice(CLASSES)
    if r.random() < 0.15:
        env["AIRFLOW__SECRETS__BACKEND_KWARGS"] = r.choice(KWARGS)
    for prefix in ("SECRETS__BACKEND_KWARG", "WORKERS__SECRETS_BACKEND_KWARG", "SECRETS__BACKEND_KWARGS", "SECRETS__SECRETS_BACKEND_KWARG"):
        if r.random() < 0.08:
            key = r.choice(["CONNECTIONS_PREFIX", "VARIABLES_PREFIX", "SEP", "REGION_NAME", "", "Connections_Prefix", "CONNECTIONS_PREFIX_CMD"])
            env["AIRFLOW__" + prefix + "__" + key] = r.choice(["/k/v/", "null", "", "5", "$HOME", "{}"])
    if r.random() < 0.3:
        env["A_B"] = r.choice(["ab", "$HOME", "${A_C}", ""])
    if r.random() < 0.2:
        env["A_C"] = "c"
    if r.random() < 0.1:
        env["CLASS"] = SSM
    if r.random() < 0.02:
        env["SELF_A"] = "x$SELF_A"
    if r.random() < 0.15:
        env["AIRFLOW_HOME"] = r.choice(["/srv/air", "~/air", "$A_B/air"])
    return list(env.items())


def case(r):
    text = file(r)
    env = environment(r)
    raw = text if isinstance(text, str) else "".join(text or [])
    gets = [pair for pair in OPTIONS if pair[1] in raw or any("__" + pair[1].upper() in name for name, _ in env)]
    r.shuffle(gets)
    gets = gets[:14] + r.sample(OPTIONS, 2)
    if r.random() < 0.05:
        gets.append((gets[0][0].upper(), gets[0][1].capitalize()))
    typed = [(kind, *r.choice(pairs)) for kind, pairs in TYPED.items()]
    return {"cfg": text, "env": env, "get": gets, "typed": typed}


def cases(count, seed):
    r = random.Random(seed)
    for _ in range(count):
        print(json.dumps(case(r)))


class Command(BaseException):
    """A command would be run."""


class Secret(BaseException):
    """A secrets backend would be asked."""


class Hang(BaseException):
    """Airflow does not come back."""


def raises(kind):
    def inner(*_, **__):
        raise kind
    return inner


def hang(*_):
    raise Hang


class Release:
    """One installed Airflow."""

    def __init__(self, runtime):
        self.runtime = runtime
        logging.disable(logging.CRITICAL)
        warnings.simplefilter("ignore")
        # Without a file Airflow makes one at import, and a fernet key for it.
        os.makedirs(os.environ["AIRFLOW_HOME"], exist_ok=True)
        open(os.path.join(os.environ["AIRFLOW_HOME"], "airflow.cfg"), "a").close()
        import airflow
        import airflow.configuration as configuration
        for module in (SSM, SM, CLASSES[6]):
            try:
                __import__(module.rpartition(".")[0])
            except ImportError:
                pass
        self.version = airflow.__version__
        self.numbers = tuple(int(part) for part in self.version.split(".")[:3])
        self.core = configuration
        self.module = configuration
        parsers = [configuration.AirflowConfigParser]
        helpers = [configuration]
        try:
            import airflow._shared.configuration.parser as shared
            helpers.append(shared)
            parsers.append(shared.AirflowConfigParser)
        except ImportError:
            pass
        if runtime == "task":
            import airflow.sdk._shared.configuration.parser as shared
            import airflow.sdk.configuration as sdk
            self.module = sdk
            helpers.append(shared)
            parsers += [shared.AirflowConfigParser, sdk.AirflowSDKConfigParser]
        for helper in helpers:
            if hasattr(helper, "run_command"):
                helper.run_command = raises(Command)
            if hasattr(helper, "_get_config_value_from_secret_backend"):
                helper._get_config_value_from_secret_backend = raises(Secret)
        for parser in parsers:
            if hasattr(parser, "_get_config_value_from_secret_backend"):
                parser._get_config_value_from_secret_backend = raises(Secret)
        # Sections that installed providers declare, where whether that counts depends on the process.
        self.declared = set()
        if (2, 7, 0) <= self.numbers < (3, 2, 0):
            from airflow.providers_manager import ProvidersManager
            ProvidersManager().initialize_providers_configuration()
            self.declared = {section for _, config in ProvidersManager().already_initialized_provider_configs for section in config}
            self.retrieve = configuration.retrieve_configuration_description
        # Reading config.yml takes most of the time; the parser does not change what it holds.
        for module in (self.core, self.module):
            if hasattr(module, "retrieve_configuration_description"):
                self.cache(module)
        signal.signal(signal.SIGALRM, hang)

    @staticmethod
    def cache(module):
        original = module.retrieve_configuration_description
        known = {}

        def cached(*args, **kwargs):
            key = (args, tuple(sorted(kwargs.items())))
            if key not in known:
                known[key] = original(*args, **kwargs)
            return known[key]
        module.retrieve_configuration_description = cached

    def parser(self, path):
        """The parser before the file is read, and the exception of reading it."""
        core = self.core
        core.AIRFLOW_HOME = core.get_airflow_home()
        if self.runtime == "task":
            sdk = self.module
            error = []
            original = sdk.AirflowSDKConfigParser.read

            def read(parser, *args, **kwargs):
                try:
                    return original(parser, *args, **kwargs)
                except Exception as exception:
                    error.append(exception)
                    raise
            sdk.AirflowSDKConfigParser.read = read
            os.environ["AIRFLOW_CONFIG"] = path
            try:
                parser = sdk.AirflowSDKConfigParser()
            finally:
                sdk.AirflowSDKConfigParser.read = original
                del os.environ["AIRFLOW_CONFIG"]
            return parser, error[0] if error else None
        if self.numbers >= (2, 7, 0):
            parser = core.AirflowConfigParser()
        elif hasattr(core, "_parameterized_config_from_template"):
            parser = core.AirflowConfigParser(default_config=core._parameterized_config_from_template("default_airflow.cfg"))
        else:
            parser = core.AirflowConfigParser(default_config=core.parameterized_config(core.DEFAULT_CONFIG))
        core.conf = parser
        try:
            parser.read(path)
        except Exception as exception:
            return parser, exception
        return parser, None

    def answer(self, case, path):
        text = case["cfg"]
        if text is None:
            if os.path.exists(path):
                os.remove(path)
        else:
            with open(path, "wb") as out:
                parts = [text] if isinstance(text, str) else text
                out.write(b"\xff".join(part.encode() for part in parts))
        os.environ.clear()
        os.environ.update(HOME)
        os.environ.update(case["env"])
        signal.alarm(60)
        try:
            parser, error = self.parser(path)
        except Hang:
            return {"load": "Hang"}
        finally:
            signal.alarm(0)
        answer = {}
        if error is not None:
            answer["load"] = [type(error).__name__, line_of(error)]
            if self.runtime == "server":
                return answer
        answer["get"] = [self.get(parser.get, *pair) for pair in case["get"]]
        loaded = self.loaded(parser, case["get"], answer["get"])
        if loaded:
            answer["loaded"] = loaded
        answer["typed"] = [self.get(getattr(parser, "get" + kind), section, option) for kind, section, option in case["typed"]]
        if self.runtime == "task":
            answer["worker"] = self.build(parser._get_custom_secret_backend)
            return answer
        answer["main"] = self.build(self.core.get_custom_secret_backend)
        if self.numbers >= (3, 0, 0):
            answer["worker"] = self.build(lambda: self.core.get_custom_secret_backend(worker_mode=True))
        return answer

    def loaded(self, parser, pairs, before):
        """What `get` gives instead once the process has loaded what providers declare: by the place in `pairs`."""
        asked = [place for place, (section, _) in enumerate(pairs) if section.lower() in self.declared]
        if not asked:
            return {}
        state = dict(vars(parser))
        cached = self.core.retrieve_configuration_description
        # What providers declare is put into what this returns.
        self.core.retrieve_configuration_description = self.retrieve
        try:
            parser.load_providers_configuration()
            answers = {place: self.get(parser.get, *pairs[place]) for place in asked}
        finally:
            self.core.retrieve_configuration_description = cached
            vars(parser).clear()
            vars(parser).update(state)
        return {str(place): said for place, said in answers.items() if said != before[place]}

    @staticmethod
    def get(getter, section, option):
        signal.alarm(2)
        try:
            found = getter(section, option)
            return str(found)
        except (Hang, Command, Secret, Exception) as exception:
            return {"raises": type(exception).__name__}
        finally:
            signal.alarm(0)

    @staticmethod
    def build(make):
        signal.alarm(5)
        try:
            built = make()
        except (Hang, Command, Secret, Exception) as exception:
            return {"raises": type(exception).__name__}
        finally:
            signal.alarm(0)
        if built is None:
            return None
        attributes = vars(built)
        shown = {name: attributes[name] for name in sorted(attributes)
                 if name == "sep" or name.endswith(("_prefix", "_lookup_pattern")) and not name.startswith("_")}
        session = sorted(attributes.get("kwargs") or {})
        return {"class": type(built).__module__ + "." + type(built).__qualname__, "attributes": shown, "session": session}


def line_of(error):
    if hasattr(error, "lineno"):
        return error.lineno
    if getattr(error, "errors", None):
        return error.errors[0][0]
    return None


def run(runtime, path):
    release = Release(runtime)
    import importlib.metadata as metadata
    try:
        amazon = metadata.version("apache-airflow-providers-amazon")
    except metadata.PackageNotFoundError:
        amazon = None
    python = "%d.%d" % sys.version_info[:2]
    print(json.dumps({"airflow": release.version, "amazon": amazon, "python": python, "runtime": runtime}))
    with tempfile.TemporaryDirectory() as folder, open(path) as lines:
        for line in lines:
            print(json.dumps(release.answer(json.loads(line), os.path.join(folder, "airflow.cfg"))))


def join(paths):
    """Beside each case: the answers, equal ones once, each with the numbers of the releases that gave it."""
    columns = []
    for path in paths[1:]:
        with open(path) as lines:
            columns.append([json.loads(line) for line in lines])
    print(json.dumps({"releases": [column[0] for column in columns]}))
    with open(paths[0]) as lines:
        for number, line in enumerate(lines, start=1):
            grouped = {}
            for index, column in enumerate(columns):
                grouped.setdefault(json.dumps(column[number]), []).append(index)
            answers = [[indexes, json.loads(answer)] for answer, indexes in grouped.items()]
            print(json.dumps(dict(json.loads(line), answers=answers), ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    if sys.argv[1] == "cases":
        cases(int(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1] == "run":
        run(sys.argv[2], sys.argv[3])
    else:
        join(sys.argv[2:])
