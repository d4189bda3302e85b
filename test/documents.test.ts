import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { createProgram } from '#commands/program.js';
import { everyCommand, helpOf } from './support/help.js';

const documents = globSync('**/*.md', { ignore: ['**/node_modules', 'dist', 'out', 'runs', '.cache'] });
const scripts: Record<string, string> = JSON.parse(readFileSync('package.json', 'utf8')).scripts;

interface Line {
  readonly file: string;
  readonly number: number;
  readonly text: string;
}

/** The lines inside fenced and indented code blocks. */
function codeLines(file: string): Line[] {
  let fenced = false;
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((text, i) => {
      const fence = /^\s*```/.test(text);
      if (fence) fenced = !fenced;
      return !fence && (fenced || /^ {4}\S/.test(text)) ? [{ file, number: i + 1, text: text.trim() }] : [];
    });
}

/** The words of one shell command: up to a pipe, a redirection, an operator or a comment; quotes and variables in front removed. */
function shellWords(text: string): string[] {
  const command = text.replace(/^\$ /, '').split(/\s(?:#|\||>|<|&&|2>)/)[0]!;
  const words = [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare!,
  );
  while (/^[A-Z_]+=/.test(words[0] ?? '')) words.shift();
  return words;
}

/** The whole command line, which parses and does nothing. */
function idleProgram(): Command {
  const program = createProgram();
  for (const command of everyCommand(program)) {
    command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
    if (command.commands.length === 0) command.action(() => {});
  }
  return program;
}

/** What is wrong with `lookout` and these arguments, if anything. */
function refusalOf(args: string[]): string | undefined {
  try {
    idleProgram().parse(args, { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? undefined : error.message;
  }
}

/** What is wrong with a documented command line, if it is one of ours. */
function faultOf(text: string): string | undefined {
  const [first, ...rest] = shellWords(text.replace(/^npm (start|test) -- /, 'npm $1 '));
  if (first === 'npx' && rest[0] === 'lookout') return refusalOf(rest.slice(1));
  if (first === 'lookout') return refusalOf(rest);
  if (first === 'npm' && rest[0] === 'run') return scripts[rest[1]!] === undefined ? `no script ${rest[1]}` : undefined;
  if (first === 'node' && rest[0]?.startsWith('scripts/'))
    return existsSync(rest[0]) ? undefined : `no file ${rest[0]}`;
  return undefined;
}

const commands = documents.flatMap(codeLines);

describe('the documents', () => {
  it('show commands and options that exist', () => {
    const faults = commands.flatMap(({ file, number, text }) => {
      const fault = faultOf(text);
      return fault === undefined ? [] : [`${file}:${number}: ${text}: ${fault}`];
    });
    expect(faults).toEqual([]);
    expect(
      commands.filter(({ text }) => /\blookout /.test(text)).length,
      'there are commands to look at',
    ).toBeGreaterThan(3);
  });

  it.each([
    ['lookout config shw', "unknown command 'shw'"],
    ['npx lookout config show --scroe 1', "unknown option '--scroe'"],
    ['LOOKOUT_MODEL=x lookout config check a.yaml && lookout nonsense', undefined],
    ['lookout models add --name x', "missing required argument 'file'"],
    ['npm run nonsense', 'no script nonsense'],
  ])('would be caught with %s', (text, fault) => {
    if (fault === undefined) expect(faultOf(text)).toBeUndefined();
    else expect(faultOf(text)).toContain(fault);
  });

  it('have examples in every help text that are right too', () => {
    const examples = everyCommand(createProgram()).flatMap((command) => {
      const [, block = ''] = helpOf(command).split('\nExamples:\n');
      return block.split('\n').filter((line) => line.startsWith('  lookout '));
    });
    // Two columns: the command line ends at two spaces.
    const faults = examples
      .map((line) => [line, faultOf(line.trim().split(/ {2,}/)[0]!)])
      .filter(([, fault]) => fault !== undefined);
    expect(faults).toEqual([]);
    expect(examples.length).toBeGreaterThan(5);
  });

  it('link to files and headings that exist', () => {
    const faults = documents.flatMap((file) => brokenLinks(file));
    expect(faults).toEqual([]);
  });

  it('name the command that CI runs', () => {
    expect(readFileSync('README.md', 'utf8')).toMatch(/^npm test\b/m);
    expect(readFileSync('.ci/run', 'utf8').trim().split('\n').at(-1)).toBe('npm test');
  });
});

function brokenLinks(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => {
    if (/^[a-z]+:/.test(target!)) return [];
    const [path, anchor] = target!.split('#');
    const full = path === '' ? file : join(dirname(file), path!);
    if (!existsSync(full)) return [`${file}: ${target}`];
    return anchor === undefined || headingsOf(full).includes(anchor) ? [] : [`${file}: ${target}: no such heading`];
  });
}

function headingsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('src/README.md', () => {
  const map = readFileSync('src/README.md', 'utf8');
  const listed = [...map.matchAll(/^ +([a-z]+)\/ /gm)].map(([, name]) => name!);

  it('lists the folders of src, each with what it is, and no others', () => {
    const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(listed.toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
  });

  it('names the floor of each as test/boundaries.test.ts holds it', () => {
    const floors = readFileSync('test/boundaries.test.ts', 'utf8');
    for (const name of listed) {
      const floor = new RegExp(`^  ${name}: (\\d),`, 'm').exec(floors)?.[1];
      const written = new RegExp(`^ +${name}/ .*?(?:floor (\\d)|leaf)$`, 'm').exec(map);
      expect(written, `${name}: a line that ends with its floor`).not.toBeNull();
      expect(written![1], name).toBe(floor);
    }
  });
});
