/** True in Node, false in a browser. */
export const isNode: boolean = typeof process !== "undefined" && process.versions?.node !== undefined;
