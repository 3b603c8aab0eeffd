/** Whether this runs in Node rather than in a browser. */
export const isNode: boolean = typeof process !== "undefined" && process.versions?.node !== undefined;
