/** The report's style sheet: light and dark by the reader's preference, and for paper. No font or picture is fetched. */
export const REPORT_CSS = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1b2027; --soft: #57606b; --line: #e2e6ea; --well: #f1f3f5;
  --pass: #1a7a36; --fail: #b3261e; --skip: #57606b; --unver: #8a5200;
  --pass-bg: #e6f4ea; --fail-bg: #fdeceb; --skip-bg: #eef0f2; --unver-bg: #fdf3e0; --link: #0b57c4;
  --t-install: #3f72af; --t-upgrade: #7a5bb5; --t-backup: #16868a; --t-restore: #b0588f; --t-functional: #b1691f;
  --t-lint: #6f7d22; --t-none: #9aa3ad;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1318; --card: #171c23; --ink: #e6eaef; --soft: #9ba6b2; --line: #2a313a; --well: #10151b;
    --pass: #5fc77a; --fail: #ff8a80; --skip: #9ba6b2; --unver: #e5b457;
    --pass-bg: #14291b; --fail-bg: #331a19; --skip-bg: #222932; --unver-bg: #31260f; --link: #7fb3ff;
    --t-install: #6b9bd6; --t-upgrade: #a68be0; --t-backup: #41b3b6; --t-restore: #d684b6; --t-functional: #dc9a53;
    --t-lint: #a5b352; --t-none: #66717d;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink); overflow-wrap: anywhere;
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 72px; }
a { color: var(--link); }
code, pre, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .86em; }
pre {
  margin: 8px 0 0; padding: 10px 12px; background: var(--well); border: 1px solid var(--line); border-radius: 6px;
  white-space: pre-wrap; line-height: 1.45;
}
h1 { margin: 0; font-size: 32px; line-height: 1.2; letter-spacing: -.015em; font-weight: 650; }
h1 span { color: var(--soft); font-weight: 400; }
h2 { margin: 0 0 14px; font-size: 18px; letter-spacing: -.005em; font-weight: 650; }
h2 + .lead { margin: -10px 0 14px; }
.lead, .meta { color: var(--soft); }
.meta { margin: 6px 0 0; font-size: 14px; }
.meta span + span::before { content: " · "; }
.eyebrow { margin: 0 0 4px; color: var(--soft); font-size: 13px; letter-spacing: .02em; }
.vh { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.head { display: flex; gap: 32px; justify-content: space-between; align-items: flex-start; }
.head > :first-child { min-width: 0; }
.level { flex: none; width: 132px; border-radius: 12px; padding: 12px 14px; color: #fff; background: var(--level); text-align: center; }
.level .of { display: block; font-size: 13px; }
.level b { font-size: 46px; line-height: 1.1; font-weight: 700; font-variant-numeric: tabular-nums; }
.level b + .of { display: inline; margin-left: 3px; }
.steps { display: flex; gap: 4px; margin-top: 10px; }
.steps i { flex: 1; height: 6px; border-radius: 3px; background: rgb(255 255 255 / 30%); }
.steps .won { background: #fff; }

.verdict { display: flex; gap: 12px; margin: 28px 0 0; padding: 14px 18px; border-radius: 10px; border: 1px solid; font-size: 17px; line-height: 1.45; }
.verdict svg { flex: none; width: 22px; height: 22px; margin-top: 2px; }
.verdict.pass { background: var(--pass-bg); border-color: color-mix(in srgb, var(--pass) 35%, transparent); }
.verdict.fail { background: var(--fail-bg); border-color: color-mix(in srgb, var(--fail) 35%, transparent); }
.verdict.unver { background: var(--unver-bg); border-color: color-mix(in srgb, var(--unver) 35%, transparent); }
.pass > svg, svg.pass, .c-pass { color: var(--pass); } .fail > svg, svg.fail, .c-fail { color: var(--fail); }
.skip > svg, svg.skip, .c-skip { color: var(--skip); } .unver > svg, svg.unver, .c-unver { color: var(--unver); }
.warnings { margin: 12px 0 0; padding: 0; list-style: none; }
.warnings li { margin-top: 6px; padding: 8px 14px; border-radius: 8px; background: var(--unver-bg); }
.icon { width: 18px; height: 18px; flex: none; vertical-align: -4px; }

section { margin-top: 24px; padding: 24px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
section > :last-child { margin-bottom: 0; }
.split { display: grid; grid-template-columns: minmax(0, 1fr) 288px; gap: 24px; align-items: start; margin-top: 24px; }
.split section { margin-top: 0; }
aside figure { margin: 0 0 16px; }
aside img { display: block; width: 100%; height: auto; border-radius: 8px; border: 1px solid var(--line); }
figcaption { margin-top: 6px; color: var(--soft); font-size: 13px; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 8px 16px; margin: 0; }
aside dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
aside dd { margin-bottom: 10px; }
aside dd:last-child { margin-bottom: 0; }
dt { color: var(--soft); font-size: 13px; }
dd { margin: 0; }

.rungs, .checks, .plain { list-style: none; margin: 0; padding: 0; }
.rung { border-top: 1px solid var(--line); }
.rung:first-child { border-top: 0; }
.rung .row { display: grid; grid-template-columns: 14px 18px 92px minmax(0, 1fr) auto; gap: 0 12px; padding: 12px 0; align-items: start; }
summary { cursor: pointer; list-style: none; border-radius: 6px; }
summary::-webkit-details-marker { display: none; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.rung summary:hover .tier { text-decoration: underline; text-underline-offset: 3px; }
.rung .step { color: var(--soft); font-variant-numeric: tabular-nums; }
.rung .row svg { margin-top: 2px; }
.tier { font-weight: 600; }
.time { color: var(--soft); font-size: 14px; font-variant-numeric: tabular-nums; white-space: nowrap; }
.word { font-weight: 600; }
.word::after { content: "."; }
.more { color: var(--soft); font-size: 13px; }
.checks { padding: 0 0 14px 50px; }
.checks > li { display: grid; grid-template-columns: 18px minmax(0, 1fr); gap: 10px; padding: 5px 0; font-size: 14px; }
.checks b { font-weight: 600; }
.fold > summary { color: var(--link); font-size: 14px; margin-top: 14px; width: max-content; }
.fold > summary::before { content: "▸ "; } .fold[open] > summary::before { content: "▾ "; }
.fold[open] > summary { margin-bottom: 10px; }

.finding { border-left: 3px solid var(--fail); padding: 2px 0 2px 16px; }
.finding + .finding { margin-top: 22px; }
.finding h3 { margin: 0; font-size: 16px; line-height: 1.45; font-weight: 600; }
.finding p { margin: 6px 0 0; }
.finding .hint { padding-left: 22px; position: relative; }
.finding .hint::before { content: "→"; position: absolute; left: 0; color: var(--soft); }

.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
caption { text-align: left; color: var(--soft); padding-bottom: 6px; }
.scroll + .scroll { margin-top: 20px; max-width: 460px; }
th, td { text-align: left; vertical-align: top; padding: 7px 16px 7px 0; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 500; font-size: 13px; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
tbody th { font-weight: 500; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.nowrap { white-space: nowrap; }
tr.sum td, tr.sum th { border-top-color: var(--soft); font-weight: 600; }

.fall { min-width: 660px; width: 100%; height: auto; display: block; }
.fall text { font-size: 12px; fill: var(--ink); } .fall .soft { fill: var(--soft); }
.fall line { stroke: var(--line); }
.f-install { fill: var(--t-install); } .f-upgrade { fill: var(--t-upgrade); } .f-backup { fill: var(--t-backup); }
.f-restore { fill: var(--t-restore); } .f-functional { fill: var(--t-functional); } .f-lint { fill: var(--t-lint); }
.f-none { fill: var(--t-none); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 12px; padding: 0; list-style: none; font-size: 13px; color: var(--soft); }
.legend svg { width: 10px; height: 10px; margin-right: 6px; }
footer { margin-top: 28px; color: var(--soft); font-size: 13px; }

@media (max-width: 820px) {
  main { padding: 24px 14px 48px; } section { padding: 18px 16px; }
  .split { grid-template-columns: minmax(0, 1fr); }
  .level { width: 104px; } h1 { font-size: 26px; } .head { gap: 16px; }
  .rung .row { grid-template-columns: 14px 18px minmax(0, 1fr) auto; } .rung .said { grid-column: 3 / -1; grid-row: 2; }
}
@media print {
  :root {
    color-scheme: light; --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; --well: #f6f6f6; --link: #000;
    --pass: #1a7a36; --fail: #b3261e; --skip: #444; --unver: #8a5200; --pass-bg: #fff; --fail-bg: #fff; --skip-bg: #fff; --unver-bg: #fff;
    --t-install: #3f72af; --t-upgrade: #7a5bb5; --t-backup: #16868a; --t-restore: #b0588f; --t-functional: #b1691f;
    --t-lint: #6f7d22; --t-none: #9aa3ad;
  }
  @page { margin: 14mm; }
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  section { border: 0; border-radius: 0; padding: 0; margin-top: 20px; }
  .split { grid-template-columns: minmax(0, 1fr) 52mm; }
  .level, .steps i, .fall rect, .legend svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .fold > summary::before, .more { content: ""; display: none; }
  h2, h3, caption, summary, .row { break-after: avoid; }
  tr, .checks > li, .finding h3, figure, .fall { break-inside: avoid; }
  .fall { min-width: 0; }
}
`;
