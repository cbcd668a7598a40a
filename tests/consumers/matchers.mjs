// The regular expressions that GitHub and VS Code run, over the real concise output of the demo, plain and
// coloured.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";

const airvane = process.argv[2];
const run = (...args) => {
  const ran = spawnSync(airvane, ["check", ...args, "fixtures/demo", "fixtures/seeds"], { encoding: "utf8" });
  assert.equal(ran.status, 1, ran.stderr);
  return ran.stdout;
};
const findings = JSON.parse(run("--format", "json")).diagnostics;
const github = JSON.parse(readFileSync("matchers/github.json", "utf8")).problemMatcher;
const task = JSON.parse(readFileSync("matchers/vscode/tasks.json", "utf8")).tasks[0];
const vscode = task.problemMatcher.pattern;

for (const colour of ["never", "always"]) {
  const lines = run("-v", "--format", "concise", "--color", colour).split("\n").slice(0, -1);
  assert.equal(lines.length, findings.length, "one line a finding");
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
    assert.equal(match[pattern.message], `${finding.name}: ${finding.message}`);

    // VS Code takes colours out of what a task prints.
    const plain = line.replace(/\x1b\[[\d;]*m/g, "");
    const code = new RegExp(vscode.regexp).exec(plain);
    assert.ok(code, `the VS Code matcher takes: ${plain}`);
    assert.deepEqual(
      [code[vscode.file], +code[vscode.line], +code[vscode.column], code[vscode.severity], code[vscode.code]],
      expected,
    );
  });
  console.log(`${lines.length} lines, --color ${colour}, matched by both`);
}
