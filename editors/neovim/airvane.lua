-- Neovim 0.11 or later (`older.lua` is for 0.7 to 0.10): copy this file to ~/.config/nvim/lsp/airvane.lua, and write
--
--   vim.filetype.add({ pattern = { ['.*/%.env%..*'] = 'sh', ['.*/airflow%.cfg%..*'] = 'cfg' } })
--   vim.lsp.enable('airvane')
--
-- into ~/.config/nvim/init.lua: Neovim has no file type for `.env.prod` by itself, and without one no server is asked.
return {
  cmd = { 'airvane', 'lsp' },
  filetypes = {
    'bash', 'cfg', 'conf', 'dockerfile', 'dosini', 'env', 'hcl', 'helm', 'json', 'jsonl', 'python', 'requirements', 'sh',
    'systemd', 'terraform', 'terraform-vars', 'tf', 'toml', 'yaml', 'yaml.docker-compose', 'yaml.helm-values',
  },
  -- What belongs together is looked for below the root: config/airflow.cfg and the .env beside the folder too.
  root_markers = { 'airvane.toml', '.git', 'airflow.cfg' },
  init_options = {
    -- airflow = { '2.11.2', '3.3.2' }; provider, python, runtime, envDialect and settingsFile too.
  },
}
