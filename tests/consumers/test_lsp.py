"""The language server with another client than our own: pytest-lsp, with the abilities that real editors announce.

It warns of what the protocol forbids; here that is an error. Run as `pytest -W error::pytest_lsp.LspSpecificationWarning`
with AIRVANE set to the binary.
"""

import asyncio
import os

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities, make_test_lsp_client

CLASS = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"
CFG = f"""[secrets]
backend = {CLASS}
backend_kwargs = {{"connections_prefix": "/airflow/connections", "region_name": "eu-west-1",}}
"""
ENV = "AIRFLOW_CONN_é😀=x\nAIRFLOW_CONN_MAIL='my_smtp://u:hunter2@h'\n"


@pytest.fixture
def deployment(tmp_path):
    (tmp_path / "airflow.cfg").write_text(CFG)
    (tmp_path / ".env").write_text(ENV)
    return tmp_path


def listener():
    """A client that lets the server watch files, as editors do."""
    client = make_test_lsp_client()

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(_params):
        return None

    return client


@pytest_lsp.fixture(
    params=["visual_studio_code", "neovim", "emacs"],
    config=ClientServerConfig(server_command=[os.environ["AIRVANE"], "lsp"], client_factory=listener),
)
async def client(lsp_client: LanguageClient, request, deployment):
    await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities(request.param),
            workspace_folders=[types.WorkspaceFolder(uri=deployment.as_uri(), name="deployment")],
        )
    )
    yield
    await lsp_client.shutdown_session()


async def shown(client, path, wanted):
    """The diagnostics of a file, as soon as they are as wanted."""
    async with asyncio.timeout(60):
        while True:
            found = client.diagnostics.get(path.as_uri())
            if found is not None and wanted(found):
                return found
            await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)


def codes(diagnostics):
    return [diagnostic.code for diagnostic in diagnostics]


def opened(client, path, text, version=1):
    document = types.TextDocumentItem(uri=path.as_uri(), language_id="x", version=version, text=text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=document))


@pytest.mark.asyncio
async def test_what_is_wrong_is_shown_and_put_right(client, deployment):
    cfg = deployment / "airflow.cfg"
    opened(client, cfg, CFG)
    diagnostics = await shown(client, cfg, lambda found: "AV201" in codes(found))
    [diagnostic] = [one for one in diagnostics if one.code == "AV201"]
    line = CFG.splitlines()[diagnostic.range.start.line]
    assert line[diagnostic.range.start.character :].startswith(",}")
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(
            text_document=types.TextDocumentIdentifier(uri=cfg.as_uri()),
            range=diagnostic.range,
            context=types.CodeActionContext(diagnostics=[diagnostic], only=[types.CodeActionKind.QuickFix]),
        )
    )
    assert any(action.is_preferred for action in actions)
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            text_document=types.VersionedTextDocumentIdentifier(uri=cfg.as_uri(), version=2),
            content_changes=[
                types.TextDocumentContentChangePartial(range=diagnostic.range, text="")
            ],
        )
    )
    await shown(client, cfg, lambda found: "AV201" not in codes(found))


@pytest.mark.asyncio
async def test_words_are_told_and_completed(client, deployment):
    cfg = deployment / "airflow.cfg"
    text = CFG.replace(",}", "}")
    opened(client, cfg, text)
    await shown(client, cfg, lambda found: "AV201" not in codes(found))
    document = types.TextDocumentIdentifier(uri=cfg.as_uri())
    place = types.Position(line=2, character=25)
    hover = await client.text_document_hover_async(types.HoverParams(text_document=document, position=place))
    assert "connections_prefix" in hover.contents.value
    place = types.Position(line=2, character=0)
    completed = await client.text_document_completion_async(
        types.CompletionParams(text_document=document, position=place)
    )
    assert "backend_kwargs" in [item.label for item in completed.items]


@pytest.mark.asyncio
async def test_a_secret_stays_where_it_is(client, deployment):
    env = deployment / ".env"
    opened(client, env, ENV)
    diagnostics = await shown(client, env, lambda found: "AV402" in codes(found))
    assert "hunter2" not in repr(diagnostics) + repr(client.log_messages) + repr(client.messages)
