/** What was said of a source; `source` is what may be opened: the file with all links resolved, or the URL as it was parsed. */
export type Verdict =
  | { readonly allowed: true; readonly source: string }
  | { readonly allowed: false; readonly reason: string };

/** Which sources may be opened for somebody who is not trusted with all files and networks of the machine. */
export interface SourceRules {
  /** Judges a source by what the file system and the resolver say now. */
  check(source: string): Promise<Verdict>;
  /** Of URLs that may be opened, in lower case. */
  readonly schemes: readonly string[];
  /** Whether an IP address may be reached. */
  isOpen(address: string): boolean;
}
