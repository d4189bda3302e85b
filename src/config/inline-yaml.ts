import { stringify } from 'yaml';

/** A value as YAML on one line, read the same by YAML 1.1 and 1.2 (`"off"`, not `off`). */
export function inlineYaml(value: unknown): string {
  return stringify(value, {
    collectionStyle: 'flow',
    flowCollectionPadding: false,
    lineWidth: 0,
    compat: 'yaml-1.1',
  }).trim();
}
