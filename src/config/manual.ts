import { z } from 'zod';
import { inlineYaml } from './inline-yaml.js';
import { keys } from './keys.js';
import { nodeOf, type SchemaNode } from './schema-node.js';
import { someSettings } from './settings.js';

const WIDTH = 110;

const HEAD = `# yaml-language-server: $schema=./lookout.schema.json

# All settings of lookout, with their defaults: this file is the manual.
#
# A setting is looked for in this order; the last that gives it wins:
#   1. the default
#   2. a file like this one, with any of the keys: the one that --config FILE or LOOKOUT_CONFIG names, else lookout.yaml
#      in the working directory, else config/lookout.yaml
#   3. a pipeline file (pipelines/*.yaml), where one is run
#   4. the environment variable named below; lists as a,b and maps as name=value,name=value
#   5. the argument named below
# Sections are merged; lists and maps are replaced as a whole. Relative paths start from the working directory.
#
# \${NAME} in a value stands for that environment variable, \${NAME:-default} for a default where it is unset or empty,
# and $\${ for the characters themselves. \`lookout config check\` names every mistake with line and column,
# \`lookout config show\` says which values are in force and where each comes from.
#
# Written by \`npm run config\` from src/config; a test keeps it true.
`;

/** The text of `config/lookout.yaml`: every key with its default, and its documentation as comments. */
export function manual(): string {
  return `${HEAD}\n${section(nodeOf(someSettings), [], '')}`;
}

function section(node: SchemaNode, path: readonly string[], indent: string): string {
  return Object.entries(node.properties ?? {})
    .map(([name, child]) => entry(name, child, { path: [...path, name], indent }))
    .join('\n');
}

function entry(
  name: string,
  node: SchemaNode,
  { path, indent }: { readonly path: readonly string[]; readonly indent: string },
): string {
  const key = keys.find((each) => each.name === path.join('.'));
  if (key === undefined) {
    const title = comment(`${node.title}.`, indent);
    return `${title}${indent}${name}:\n${section(node, path, `${indent}  `)}`;
  }
  const unit = node.unit === undefined ? '' : `Unit: ${node.unit}. `;
  const names = unit + [key.variable, argument(node)].filter(Boolean).join(', ');
  const lines = [`${node.title}.`, ...(node.description === undefined ? [] : [node.description]), names];
  const value = inlineYaml(node.default);
  return `${lines.map((line) => comment(line, indent)).join('')}${indent}${name}: ${value}\n`;
}

/** `--score (or --conf)` */
function argument({ flag, alias }: SchemaNode): string | undefined {
  const name = flag?.split(' ')[0];
  return alias === undefined ? name : `${name} (or ${alias})`;
}

/** A text as comment lines that fit the page. */
function comment(text: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + 2 + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${indent}# ${each}\n`).join('');
}

/** The JSON Schema of the file, for completion and checks in editors. */
export function jsonSchema(): object {
  const schema = z.toJSONSchema(someSettings, {
    io: 'input',
    override: ({ jsonSchema: node }) => {
      const { title, description, unit } = node as SchemaNode;
      const words = [title && `${title}.`, description, unit && `Unit: ${unit}.`].filter(Boolean).join(' ');
      for (const own of ['title', 'unit', 'flag', 'alias', 'secret']) delete node[own];
      if (words) node.description = words;
      if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
    },
  });
  return { ...schema, title: 'lookout settings' };
}

/** The text of `config/lookout.schema.json`. */
export function jsonSchemaText(): string {
  return `${JSON.stringify(jsonSchema(), null, 2)}\n`;
}
