import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const FLOORS: Readonly<Record<string, number>> = {
  core: 0,
  onnx: 1,
  autodiff: 1,
  vision: 2,
  nn: 2,
  media: 3,
  runtime: 3,
  server: 3,
  dataset: 3,
  records: 3,
  config: 3,
  operators: 4,
  pipeline: 5,
  training: 5,
  commands: 6,
};

/** Each vendor package enters by these folders only. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  'fluent-ffmpeg': ['media'],
  'onnxruntime-node': ['runtime'],
  ws: ['server'],
  pino: ['commands'],
  'pino-pretty': ['commands'],
  commander: ['commands'],
  yaml: ['config', 'dataset', 'runtime'],
  zod: ['config', 'runtime', 'training', 'server', 'dataset'],
  sharp: ['media', 'dataset', 'server'],
  hono: ['server'],
  '@hono/node-server': ['server'],
  'prom-client': ['server'],
};

interface Import {
  readonly file: string;
  readonly folder: string;
  readonly target: string;
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join('src', file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => ({
    file,
    folder: file.includes('/') ? file.split('/')[0]! : 'main',
    target: match[1]!,
  }));
});

/** The files whose values each file imports; types alone tie nothing when the program runs. */
function neighbours(): Map<string, string[]> {
  const known = new Set(files);
  const typesOnly = /^(?:type\b|\{\s*(?:type\s[^,}]+,?\s*)+\}$)/;
  return new Map(
    files.map((file) => {
      const text = readFileSync(join('src', file), 'utf8');
      const statements = [...text.matchAll(/^(?:import|export)\s+([^;']*?)\s*from\s*'([^']+)'/gm)];
      const targets = statements.filter(([, what]) => !typesOnly.test(what!)).map(([, , target]) => target!);
      const paths = targets.map((target) => (target.startsWith('#') ? target.slice(1) : join(dirname(file), target)));
      return [file, paths.map((path) => path.replace(/\.js$/, '.ts')).filter((path) => known.has(path))];
    }),
  );
}

/** Ways that lead back to their first file. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file]);
    if (path.includes(file) || done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return found;
}

describe('the house', () => {
  it('has a floor for every folder', () => {
    const folders = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]!));
    folders.delete('web');
    expect([...folders].filter((folder) => FLOORS[folder] === undefined)).toEqual([]);
  });

  it('imports only from lower floors and from the same folder', () => {
    const wrong = imports.filter(({ folder, target }) => {
      const other = /^#([^/]+)\//.exec(target)?.[1];
      if (other === undefined || other === folder) return false;
      if (folder === 'web') return other !== 'core' && other !== 'vision';
      if (folder === 'main') return other !== 'commands' && other !== 'core';
      const sameFloorAllowed = folder === 'autodiff' && other === 'onnx';
      return !(FLOORS[other]! < FLOORS[folder]! || sameFloorAllowed);
    });
    expect(wrong).toEqual([]);
  });

  it('crosses folders by # imports, never by ../ paths', () => {
    const wrong = imports.filter(({ file, target }) => {
      const ups = (target.match(/\.\.\//g) ?? []).length;
      return ups > file.split('/').length - 2 && ups > 0;
    });
    expect(wrong).toEqual([]);
  });

  it('lets each vendor package in by its own door', () => {
    const wrong = imports.filter(({ folder, target }) => {
      const vendor = target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : target.split('/')[0]!;
      const doors = DOORS[vendor];
      return doors !== undefined && folder !== 'web' && !doors.includes(folder);
    });
    expect(wrong).toEqual([]);
  });

  it('has no files that need each other to begin', () => {
    expect(circles(neighbours())).toEqual([]);
  });

  it('keeps files under 300 lines', () => {
    const long = files
      .map((file) => ({ file, lines: readFileSync(join('src', file), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > 300);
    expect(long).toEqual([]);
  });
});
