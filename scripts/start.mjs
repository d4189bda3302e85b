// `npm start`: lookout with the arguments that follow `--`; with none, the page with the demo street.
if (process.argv.length === 2) process.argv.push('watch');
await import('./lookout.mjs');
