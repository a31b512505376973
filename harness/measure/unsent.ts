/** Its Unit had sent so lately that the target would have dropped the message unseen. */
export const RESTING = "resting";
