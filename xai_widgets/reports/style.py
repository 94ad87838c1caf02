"""How a report looks, on a screen, light or dark, and on paper."""

STYLE = """:root{color-scheme:light;--paper:#fff;--ink:#1c1f23;--soft:#596069;--line:#dfe2e6;
--for:#b3541e;--against:#2563c9}
@media(prefers-color-scheme:dark){:root{color-scheme:dark;--paper:#111418;--ink:#e8eaed;--soft:#a3abb6;--line:#30363e;
--for:#f0a35e;--against:#79a8f5}}
html{background:var(--paper);color:var(--ink)}
body{margin:0;font:16px/1.6 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:46rem;margin:0 auto;padding:2rem 1.25rem 4rem;overflow-wrap:break-word}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .5rem}
h2{font-size:1.3rem;margin:2.4rem 0 .5rem;padding-top:1.2rem;border-top:1px solid var(--line)}
h3{font-size:1.1rem;margin:1.8rem 0 .4rem}
h4{font-size:1rem;margin:1.4rem 0 .2rem}
p{margin:.5rem 0}
small,caption,figcaption,dt,.limits{color:var(--soft);font-size:.875rem}
blockquote{margin:1rem 0;padding:.6rem 1rem;border-left:4px solid var(--line);white-space:pre-wrap}
figure{margin:1rem 0}
img{max-width:100%;height:auto;background:#fff;border-radius:6px}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:.8rem 0;font-variant-numeric:tabular-nums}
caption{text-align:left;padding-bottom:.3rem}
dd{overflow-wrap:anywhere}
th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-top:1px solid var(--line);font-weight:400}
thead th{color:var(--soft);font-size:.875rem;border:0}
tbody th{font-weight:600}
.bar{width:9rem;height:.5rem;vertical-align:middle}
.for{fill:var(--for)}
.against{fill:var(--against)}
del{opacity:.75}
ins{font-weight:600}
code{font-family:ui-monospace,monospace;font-size:.9em}
dl{margin:.8rem 0;padding:.6rem 0;border-top:1px solid var(--line)}
dl div{display:flex;gap:1rem}
dt{flex:0 0 7rem}
dd{margin:0;font-size:.875rem}
.limits{margin-top:2.5rem;padding-top:1rem;border-top:1px solid var(--line)}
@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--for:#b3541e;--against:#2563c9}
main{max-width:none;padding:0}h2,h3,h4{break-after:avoid}figure,tr,li,dl{break-inside:avoid}
svg{print-color-adjust:exact}}
"""
