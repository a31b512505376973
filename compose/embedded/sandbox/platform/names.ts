const NAME = /^[A-Za-z0-9_.-]{4,20}$/;
/** Printable ASCII without the space: letters, digits and Python's `string.punctuation`. */
const PASSWORD = /^[!-~]{8,100}$/;
const REPOSITORY_URL = /^https?:\/\/[^\s/]+\/\S+\.git$/;

/** The rule for a login and for the names of repos and units. */
export const isName = (text: string): boolean => NAME.test(text);
export const isPassword = (text: string): boolean => PASSWORD.test(text);
export const isRepositoryUrl = (text: string): boolean => REPOSITORY_URL.test(text);
