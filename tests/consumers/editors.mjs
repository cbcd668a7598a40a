// The extension of VS Code, with stand-ins for what VS Code gives it: it starts the server for the files of package.json.
import assert from 'node:assert/strict';
import Module, { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const started = [];

class LanguageClient {
  constructor(id, name, server, options) {
    Object.assign(this, { id, name, server, options });
  }
  start() {
    started.push(this);
    return Promise.resolve();
  }
  stop() {
    started.pop();
    return Promise.resolve();
  }
}

const given = {
  vscode: { workspace: { getConfiguration: () => ({ get: (name) => (name === 'path' ? '/opt/airvane' : undefined) }) } },
  'vscode-languageclient/node': { LanguageClient },
};
const load = Module._load;
Module._load = (name, ...rest) => given[name] ?? load(name, ...rest);

const extension = require('../../editors/vscode/extension.js');
const { airvane, main, dependencies } = require('../../editors/vscode/package.json');
assert.equal(main, './extension.js');
assert.ok(dependencies['vscode-languageclient']);

await extension.activate();
assert.equal(started.length, 1);
const [client] = started;
assert.deepEqual(client.server, { command: '/opt/airvane', args: ['lsp'] });
assert.deepEqual(
  client.options.documentSelector.map((one) => one.pattern),
  airvane.patterns,
);
assert.equal(client.options.synchronize.configurationSection, 'airvane');
await extension.deactivate();
assert.equal(started.length, 0);
console.log('the extension starts the server');
