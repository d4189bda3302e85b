/** How finely round things are divided: near, middle, far (and shadows). */
export type Detail = 0 | 1 | 2;
