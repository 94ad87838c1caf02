/** Of what runs in the browser; the kernel tells its own. */
export const VERSION = "0.1.0";
