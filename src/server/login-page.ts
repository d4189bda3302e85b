import { createHash } from 'node:crypto';

const STYLE = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{min-height:100vh;margin:0;display:grid;place-items:center}
form{display:grid;gap:1rem;width:min(20rem,90vw)}
h1{margin:0;font-size:1.5rem}
input,button{font:inherit;padding:.6rem;border:1px solid;border-radius:.4rem}
p{margin:0}`;

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
<h1>lookout</h1>
${problem === undefined ? '' : `<p role="alert">${problem}</p>`}
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form>
</html>
`;
}
