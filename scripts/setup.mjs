// Brings a fresh machine to the point where lookout runs: `node scripts/setup.mjs [--tests]`.
// Says nothing when there is nothing to do. No static imports: the version check must also run where they would fail.
const WANTED = [20, 19];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < WANTED[0] || (major === WANTED[0] && minor < WANTED[1])) {
  console.error(
    `lookout needs Node.js ${WANTED.join('.')} or newer, this is ${process.versions.node} (${process.execPath}).\n` +
      'Install a current one from https://nodejs.org/en/download and run the same command again.',
  );
  process.exit(1);
}

const { setUp } = await import('./setup/steps.mjs');
process.exitCode = setUp({ tests: process.argv.includes('--tests') });
