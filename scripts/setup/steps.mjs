import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { browserInstallation, hasBrowser } from './browser.mjs';
import { installModules, staleReason } from './node-modules.mjs';
import { npm, run, runQuietly } from './process.mjs';
import { installation, isExecutable, machine, missingCommands, missingPackages, TEST_PACKAGES } from './system.mjs';

const say = (line) => console.error(`setup: ${line}`);

/** The steps in order. Returns the exit code: 1 where lookout cannot run as things are. */
export function setUp({ tests }) {
  process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
  if (!nodeModules() || !ffmpeg()) return 1;
  if (tests && !testTools() && process.env.CI) return 1;
  return build() ? 0 : 1;
}

function nodeModules() {
  const reason = staleReason('.');
  if (reason === undefined) return true;
  say(`installing the node modules (${reason})`);
  return installModules(say);
}

function ffmpeg() {
  const box = machine();
  const wrong = ['FFMPEG_PATH', 'FFPROBE_PATH'].find((name) => box.env[name] && !isExecutable(box.env[name]));
  if (wrong !== undefined) {
    say(`${wrong} names ${box.env[wrong]}, which is no program: correct it or unset it`);
    return false;
  }
  const missing = missingCommands(box, ['ffmpeg', 'ffprobe']);
  return missing.length === 0 || install(installation(box, ['ffmpeg']), `${missing.join(' and ')} not found`);
}

/** Without CI a missing test tool stops nothing: the tests that need it say that they are skipped. */
function testTools() {
  const box = machine();
  const missing = missingPackages(box, TEST_PACKAGES);
  const packages =
    missing.length === 0 || install(installation(box, missing), `for the tests: no ${missing.join(', ')}`);
  return (hasBrowser(box) || install(browserInstallation(box), 'for the tests: no Chromium')) && packages;
}

function install({ commands, advice }, reason) {
  if (commands === undefined) {
    say(`${reason}. Please ${advice}`);
    return false;
  }
  say(`${reason}: installing, this can take some minutes`);
  const failed = commands.find((command) => !runQuietly(command.argv, command.env) && !command.mayFail);
  if (failed !== undefined) say(`that failed. Please ${advice}`);
  return failed === undefined;
}

function build() {
  if (!existsSync('dist/main.js')) say('building');
  if (run(npm('run', '--silent', 'build'))) return true;
  say('the build failed: see the lines above');
  return false;
}
