/** The header of answers that are the built-in router's own; its value says why. */
export const ROUTER_HEADER = 'x-cc-ci-router';
