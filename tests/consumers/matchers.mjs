// The regular expressions that GitHub and VS Code run, over the real concise output of the demo.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";

const airvane = process.argv[2];
const run = spawnSync(airvane, ["check", "-v", "--format", "concise", "fixtures/demo", "fixtures/seeds"], {
  encoding: "utf8",
});
assert.equal(run.status, 1, run.stderr);
const findings = JSON.parse(
  spawnSync(airvane, ["check", "--format", "json", "fixtures/demo", "fixtures/seeds"], {
    encoding: "utf8",
  }).stdout,
).diagnostics;
const lines = run.stdout.split("\n").filter((line) => /^.+:\d+:\d+: /.test(line));
assert.equal(lines.length, findings.length, "one line a finding");

const github = JSON.parse(readFileSync(".github/airvane-matcher.json", "utf8")).problemMatcher;
const readme = readFileSync("README.md", "utf8");
const task = [...readme.matchAll(/^```json\n([\s\S]*?)^```$/gm)]
  .map((block) => block[1])
  .find((text) => text.includes("problemMatcher"));
assert.ok(task, "the README shows the VS Code task");
const vscode = JSON.parse(task).problemMatcher.pattern;

lines.forEach((line, index) => {
  const finding = findings[index];
  const expected = [finding.path, finding.start.line, finding.start.column, finding.severity, finding.code];
  const matching = github
    .map((matcher) => ({ matcher, pattern: matcher.pattern[0] }))
    .map(({ matcher, pattern }) => ({ matcher, pattern, match: new RegExp(pattern.regexp).exec(line) }))
    .filter(({ match }) => match);
  assert.equal(matching.length, 1, `exactly one GitHub matcher takes: ${line}`);
  const { matcher, pattern, match } = matching[0];
  const severity = pattern.severity ? match[pattern.severity] : matcher.severity;
  assert.deepEqual(
    [match[pattern.file], +match[pattern.line], +match[pattern.column], severity, match[pattern.code]],
    expected.map((value) => (value === "info" ? "notice" : value)),
  );
  assert.ok(match[pattern.message].endsWith(finding.message));

  const code = new RegExp(vscode.regexp).exec(line);
  assert.ok(code, `the VS Code matcher takes: ${line}`);
  assert.deepEqual(
    [code[vscode.file], +code[vscode.line], +code[vscode.column], code[vscode.severity], code[vscode.code]],
    expected,
  );
});
console.log(`${lines.length} lines matched by both`);
