const children = new Set<Promise<unknown>>();

/** Remembers a child's life until it is over. */
export function track(life: Promise<unknown>): void {
  const settled = life.then(
    () => undefined,
    () => undefined,
  );
  children.add(settled);
  void settled.then(() => children.delete(settled));
}

/** Waits until every child of a live source, or of pictures made of one, that was told to stop is gone. */
export async function liveSourcesEnded(): Promise<void> {
  await Promise.all(children);
}
