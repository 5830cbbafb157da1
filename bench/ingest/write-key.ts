/** The one key that the gateways of the bench know. */
export const WRITE_KEY = 'a-write-key-of-the-bench';
