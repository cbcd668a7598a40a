-- Neovim 0.11 or later: copy this file to ~/.config/nvim/lsp/airvane.lua, and write
--   vim.lsp.enable('airvane')
-- into init.lua. `init_options` takes airflow, provider, python, runtime, envDialect and settingsFile.
return {
  cmd = { 'airvane', 'lsp' },
  filetypes = {
    'cfg', 'conf', 'dockerfile', 'dosini', 'env', 'hcl', 'helm', 'json', 'jsonl', 'python', 'sh', 'systemd',
    'terraform', 'terraform-vars', 'toml', 'yaml', 'yaml.docker-compose',
  },
  root_markers = { 'airvane.toml', 'airflow.cfg', '.git' },
  init_options = {
    -- airflow = { '2.11.2', '3.3.2' },
  },
}
