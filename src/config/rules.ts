/** Reports that what stands at a path, within its section, does not go with the rest: a whole sentence. */
export type Report = (path: readonly PropertyKey[], problem: string) => void;
