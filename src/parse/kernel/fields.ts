// Fields that several of the kernel's lines have.

/** TASK_COMM_LEN − 1, the NUL. */
export const COMM_MAX = 15;

/**
 * A score behind its name and colon or equals sign. Behind it nothing may stand, for a pager puts a mark there, but what closes a
 * quotation, or another record that lost its line feed.
 */
export const SCORE = String.raw`(-?\d{1,5})(?![^\s["'<)}\]])`;
