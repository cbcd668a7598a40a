// Starts `airvane lsp` for the files whose patterns package.json lists. Nothing is bundled: `npm install` in this folder
// brings the one dependency, and `code --extensionDevelopmentPath=editors/vscode` runs it.

const { workspace } = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');
const { patterns } = require('./package.json').airvane;

let client;

exports.activate = () => {
  const settings = workspace.getConfiguration('airvane');
  const server = { command: settings.get('path') || 'airvane', args: ['lsp'] };
  client = new LanguageClient('airvane', 'airvane', server, {
    documentSelector: patterns.map((pattern) => ({ scheme: 'file', pattern })),
    initializationOptions: { airvane: settings },
    synchronize: { configurationSection: 'airvane' },
  });
  return client.start();
};

exports.deactivate = () => client && client.stop();
