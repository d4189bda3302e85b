/** The report's looks: one column on a phone, cards on a desk, light and dark as the reader's system has it. */
export const STYLE = `
:root{--paper:#f6f7f9;--card:#fff;--ink:#15181e;--soft:#5c6675;--rule:#e3e7ec;--accent:#2f6fed;--right:#17a673;--wrong:#e4572e;--cell:#eef1f5}
@media(prefers-color-scheme:dark){:root{--paper:#0e1116;--card:#171b22;--ink:#eef1f6;--soft:#96a1b2;--rule:#262c36;--accent:#6d9bff;--right:#2bc48c;--wrong:#ff7a55;--cell:#1f252e}}
*{box-sizing:border-box}html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
header,main,footer{max-width:1180px;margin:0 auto;padding:0 24px}
header{padding-top:40px}h1{font-size:clamp(24px,4vw,34px);letter-spacing:-.02em;line-height:1.15;margin:0;overflow-wrap:anywhere}
header p{color:var(--soft);margin:8px 0 22px;overflow-wrap:anywhere}
.headlines{display:grid;grid-template-columns:repeat(auto-fit,minmax(132px,1fr));gap:12px}
.headline{background:var(--card);border:1px solid var(--rule);border-radius:14px;padding:14px 16px;display:flex;flex-direction:column}
.headline b{font-size:27px;letter-spacing:-.02em;font-variant-numeric:tabular-nums;line-height:1.2}.headline:first-child b{color:var(--accent)}
.headline span{font-weight:600;font-size:13px}.headline small{color:var(--soft);font-size:12px}
nav{position:sticky;top:0;z-index:2;background:color-mix(in srgb,var(--paper) 88%,transparent);backdrop-filter:blur(8px);border-bottom:1px solid var(--rule);display:flex;gap:4px;overflow-x:auto;padding:8px max(24px,calc((100vw - 1132px)/2));margin-top:24px}
nav a{color:var(--soft);text-decoration:none;padding:5px 10px;border-radius:8px;white-space:nowrap;font-size:14px}nav a:hover,nav a:focus-visible{background:var(--cell);color:var(--ink)}
section{padding-top:30px;scroll-margin-top:44px}h2{font-size:20px;letter-spacing:-.01em;margin:0 0 4px}.lead{color:var(--soft);margin:0 0 14px;max-width:74ch}h2+figure,h2+div{margin-top:12px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:16px}
.chart{margin:0;background:var(--card);border:1px solid var(--rule);border-radius:14px;padding:16px;min-width:0}
.chart figcaption{font-weight:600;margin-bottom:6px}.chart svg{width:100%;height:auto;display:block;overflow:visible}
.grid{stroke:var(--rule);stroke-width:1;fill:none}.tick{fill:var(--soft);font-size:11.5px;font-variant-numeric:tabular-nums}.label{fill:var(--soft);font-size:12px}.note{fill:var(--ink);font-size:12px;font-weight:600}
.line{fill:none;stroke-linejoin:round;stroke-linecap:round;transition:opacity .15s}.mark{fill:var(--card);stroke-width:2.4}
.cell{fill:var(--cell)}.count{fill:var(--ink);font-size:12.5px;font-variant-numeric:tabular-nums;pointer-events:none}.inverse{fill:#fff;font-weight:600}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 4px;margin:10px 0 0;padding:0;font-size:13px;max-height:150px;overflow:auto}
.legend li{display:flex;align-items:center;gap:6px;padding:2px 8px;border-radius:7px;cursor:default}.legend li:hover,.legend li:focus-visible{background:var(--cell);outline:0}.legend i{width:14px;height:4px;border-radius:2px}.legend small{color:var(--soft)}
.scroll{overflow-x:auto}.heat svg{margin:0 auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px;background:var(--card);border-radius:14px;overflow:hidden;border:1px solid var(--rule);border-collapse:separate;border-spacing:0}
th,td{padding:8px 12px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--rule)}tr:last-child td{border-bottom:0}th{color:var(--soft);font-weight:600;font-size:12.5px}th:first-child,td:first-child{text-align:left}
tbody tr:hover{background:color-mix(in srgb,var(--cell) 55%,transparent)}tr.all td{font-weight:650}
.dot{display:inline-block;width:9px;height:9px;border-radius:50%;margin-right:8px}
.bar{display:inline-flex;align-items:center;gap:8px}.bar::before{content:"";width:64px;height:6px;border-radius:3px;background:linear-gradient(90deg,var(--c,var(--accent)) var(--v),var(--cell) var(--v))}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,250px),1fr));gap:14px;align-items:start}
.picture{margin:0;background:var(--card);border:1px solid var(--rule);border-radius:14px;overflow:hidden}.picture svg{display:block;width:100%;height:auto;aspect-ratio:4/3;background:#0b0d11;font-family:system-ui,sans-serif}
.picture figcaption{padding:9px 12px;display:flex;flex-direction:column;font-size:13px;overflow-wrap:anywhere}.picture span{color:var(--soft)}
pre{background:var(--card);border:1px solid var(--rule);border-radius:14px;padding:14px 16px;overflow:auto;font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace;margin:0}
footer{color:var(--soft);font-size:13px;padding-top:36px;padding-bottom:40px}
@media(max-width:560px){header,main,footer{padding-left:16px;padding-right:16px}header{padding-top:24px}nav{padding-left:10px}.chart{padding:12px 10px}.headlines{grid-template-columns:1fr 1fr}.pictures{grid-template-columns:1fr 1fr;gap:8px}.tick{font-size:15px}.label,.note{font-size:15px}.heat .tick,.heat .label{font-size:12px}.bar::before{width:36px}th,td{padding:7px 9px}}
@media print{nav{display:none}.chart,.picture,tr{break-inside:avoid}}
`.replace(/\n/g, '');

/** Pointing at a legend entry (or focusing it) brings its line out. */
export const SCRIPT = `
for(const chart of document.querySelectorAll('.chart')){const lines=chart.querySelectorAll('.line');
for(const entry of chart.querySelectorAll('[data-series]')){const show=(on)=>lines.forEach((line,n)=>{line.style.opacity=on&&String(n)!==entry.dataset.series?.12:''});
for(const name of ['pointerenter','focus'])entry.addEventListener(name,()=>show(true));for(const name of ['pointerleave','blur'])entry.addEventListener(name,()=>show(false))}}
`.replace(/\n/g, '');
