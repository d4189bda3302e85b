import { createHash } from 'node:crypto';

/** The colours are those of the page, src/web/styles/tokens.css. */
const STYLE = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{min-height:100vh;margin:0;display:grid;place-items:center;background:#f3f5f8;color:#111820}
form{display:grid;gap:1rem;width:min(20rem,calc(100vw - 6rem));padding:2rem;border:1px solid #10182820;border-radius:1.1rem;background:#fff}
svg{width:3rem;height:3rem}
h1{margin:0;font-size:1.4rem;letter-spacing:-.02em}
label{font-size:.9rem;font-weight:600}
label,input{display:block;width:100%;box-sizing:border-box}
input{font:inherit;margin-top:.3rem;padding:.6rem .8rem;border:1px solid #768494;border-radius:.6rem;background:none;color:inherit}
button{font:inherit;font-weight:650;padding:.65rem;border:0;border-radius:.6rem;background:#1d5fd1;color:#fff;cursor:pointer}
:focus-visible{outline:3px solid #1d5fd1;outline-offset:2px}
p{margin:0;font-size:.9rem;opacity:.8}
[role=alert]{padding:.6rem .8rem;border-radius:.6rem;background:#fdeceb;opacity:1}
@media (prefers-color-scheme:dark){
body{background:#0b0e12;color:#e9eef4}form{background:#12171d;border-color:#ffffff18}input{border-color:#6b7a8b}
button{background:#6ea8ff;color:#081322}:focus-visible{outline-color:#6ea8ff}[role=alert]{background:#331719}}`;

const LOGO =
  '<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#14213d"/>' +
  '<path d="M16 11 2 5.5v11L16 11ZM16 11l14-5.5v11L16 11Z" fill="#ffb703" opacity=".55"/>' +
  '<path d="M12.6 16h6.8l2.1 11h-11l2.1-11Z" fill="#fff"/><circle cx="16" cy="11" r="4.6" fill="#ffb703"/>' +
  '<circle cx="16" cy="11" r="1.8" fill="#14213d"/></svg>';

/** Source of the page's style for the Content-Security-Policy. */
export const LOGIN_STYLE = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;

/** The login form; `problem` is one of our own sentences. */
export function loginPage(problem?: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>lookout: log in</title>
<style>${STYLE}</style>
<form method="post" action="/login">
${LOGO}
<h1>Log in to lookout</h1>
${problem === undefined ? '' : `<p role="alert">${problem}</p>`}
<label>Token
<input name="token" type="password" autocomplete="current-password" required autofocus></label>
<button>Log in</button>
<p>It was printed when lookout started, or is <code>server.token</code> of its settings.</p>
</form>
</html>
`;
}
