-- Neovim 0.7 to 0.10 (`airvane.lua` is for 0.11 and later): copy this file to ~/.config/nvim/plugin/airvane.lua.

local options = {
  -- airflow = { '2.11.2', '3.3.2' }; provider, python, runtime, envDialect and settingsFile too.
}

local patterns = {
  '*.cfg', 'airflow.cfg.*', '*.ini', '.env', '.env.*', '*.env', '*.json', '*.jsonl', '*.yaml', '*.yml', '*.tf', '*.tfvars',
  '*.hcl', 'Dockerfile*', 'Containerfile*', '*.dockerfile', '*.sh', '*.service', '*.conf', '*/dags/*.py', 'airvane.toml',
  'pyproject.toml', '*requirements*.txt', '*constraints*.txt',
}

-- The nearest folder with the first of these that there is. What belongs together is looked for below it.
local function root_of(path)
  for _, marker in ipairs({ 'airvane.toml', '.git', 'airflow.cfg' }) do
    local folder = vim.fn.fnamemodify(path, ':h')
    while true do
      if vim.loop.fs_stat(folder .. '/' .. marker) then
        return folder
      end
      local above = vim.fn.fnamemodify(folder, ':h')
      if above == folder then
        break
      end
      folder = above
    end
  end
  return vim.fn.fnamemodify(path, ':h')
end

local clients = {}

local function attach(event)
  local path = vim.fn.fnamemodify(event.match, ':p')
  if vim.bo[event.buf].buftype ~= '' or path:match('^%w+://') then
    return
  end
  local root = root_of(path)
  clients[root] = clients[root] or vim.lsp.start_client({
    name = 'airvane',
    cmd = { 'airvane', 'lsp' },
    root_dir = root,
    workspace_folders = { { uri = vim.uri_from_fname(root), name = root } },
    init_options = options,
    on_exit = function()
      clients[root] = nil
    end,
  })
  if clients[root] then
    vim.lsp.buf_attach_client(event.buf, clients[root])
  end
end

vim.api.nvim_create_autocmd({ 'BufReadPost', 'BufNewFile' }, { pattern = patterns, callback = attach })
